"""What a page of figures is asked for: of which period, and of whose tickets: a unit, a place, a matter."""
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import DISTRICT, Role
from insights.figures.asked import NONE, Period, Scope
from insights.figures.periods import PeriodForm, local, usual
from tickets.catalogue import Category
from tickets.choices import Channel, Type, Urgency
from tickets.fields import AnyUnitField, AreaField

READERS = (*DISTRICT, Role.UL)
LEAF = 6  # digits
PARTS = ("since", "until", "unit", "area", "category", "type", "channel", "urgency", "answers")


class FiguresForm(PeriodForm):
    unit = AnyUnitField(label=_("Unit, with all below it"), required=False)
    area = AreaField(label=_("Place of the matter"), required=False)
    category = forms.ChoiceField(label=_("Kind of matter"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False,
                             choices=[("", _("All")), *Type.choices, (NONE, _("Without a type"))])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("All")), *Channel.choices])
    urgency = forms.ChoiceField(label=_("Urgency"), required=False, choices=[("", _("All")), *Urgency.choices])
    answers = forms.BooleanField(required=False, widget=forms.HiddenInput)  # as a ranking counts a unit

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category"].choices = [("", _("All")), *matters(self.data.get("category", ""))]  # type: ignore[attr-defined]

    def clean_unit(self):
        unit = self.cleaned_data["unit"]
        if unit is None or self.user.has_role(*DISTRICT) or self.user.covers(unit, Role.UL):
            return unit
        raise ValidationError(_("You see the figures of your own unit and of what is below it."))


def matters(leaf=""):
    """The two upper levels of the tree: 0102 lies under 01; and the leaf that is asked for, if one is."""
    shown = {}
    levels = Category.objects.order_by("l2_code").values_list("l1_code", "l1", "l2_code", "l2").distinct()
    for l1_code, l1, l2_code, l2 in levels:
        shown[l1_code] = l1
        shown[l2_code] = f"{l1} / {l2}"
    if len(leaf) == LEAF:
        shown |= {one.code: str(one) for one in Category.objects.filter(code=leaf)}
    return list(shown.items())


class Asked:
    """What a page of figures was asked for; `period` and `scope` are None when it makes no sense."""

    def __init__(self, user, query, now):
        self.user, self.now = user, now
        since, until = usual(now)[0][1:]
        given = {"since": local(since), "until": local(until)} | {name: query[name] for name in PARTS if name in query}
        self.form = FiguresForm(user, given)
        self.period = self.scope = None
        if self.form.is_valid():
            said = self.form.cleaned_data
            self.period = Period(said["since"], said["until"], now)
            self.scope = Scope(user, unit=said["unit"] or own_unit(user), area=said["area"], category=said["category"],
                               type=said["type"], channel=said["channel"], urgency=said["urgency"],
                               answers=said["answers"])
        self.kept = {name: value for name, value in given.items() if value}

    def query(self, **changes):
        return urlencode({name: value for name, value in (self.kept | changes).items() if value})


def own_unit(user):
    """A unit's leader sees his unit's figures; those who watch over all units see all of them."""
    if user.has_role(*DISTRICT):
        return None
    return min((held.unit for held in user.membership_list if held.role == Role.UL), key=lambda unit: unit.path)
