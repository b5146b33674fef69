"""What an administrator types about a category's special rule."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets import following
from tickets.choices import Urgency
from tickets.clocks import Kind
from tickets.demands import LABELS
from tickets.fields import DayField, PersonField, TextField
from tickets.models import Category
from tickets.overrides import PERSON, URGENCY
from tickets.profiles.forms import LimitField
from tickets.timed.pages import TimedForm

CLOCKS = [(kind.value, kind.label) for kind in Kind if kind != Kind.SUPERVISION]  # an order counts by its own rule
WHAT = [(URGENCY, _("Urgency: at least")), *LABELS.items(), (PERSON, _("Who follows its urgent tickets")), *CLOCKS]


def categories():
    """The tree as groups: each main category with itself, its groups and its leaves."""
    groups: dict = {}
    for row in Category.objects.active().order_by("code"):
        group = groups.setdefault(row.l1_code, (f"{row.l1_code} {row.l1}", {}))[1]
        group.setdefault(row.l1_code, f"{row.l1_code} {row.l1}")
        group.setdefault(row.l2_code, f"{row.l2_code} {row.l2}")
        group[row.code] = f"{row.code} {row.l2} / {row.name}"
    return [("", "—"), *((label, list(group.items())) for label, group in groups.values())]


class RuleForm(TimedForm):
    category = forms.ChoiceField(label=_("Category"), choices=categories, help_text=_("The most exact one wins."))
    what = forms.ChoiceField(label=_("What it changes"), choices=[("", "—"), *WHAT])
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[("", "—"), *Urgency.choices], required=False)
    limit = LimitField(label=_("Limit of the clock"), required=False, help_text=_("20 min, 2 h or 3 working days"))
    person = PersonField(label=_("Who follows its urgent tickets"), required=False,
                         help_text=_("A supervisor, coordinator or duty leader, by log-in name"))
    valid_from = DayField(label=_("First day"), required=False, help_text=_("Empty: at once"))
    valid_to = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody ends it"))
    owner = forms.CharField(label=_("Who asked for it"), max_length=60)
    reason = TextField(label=_("Reason"), max_length=200, rows=2, help_text=_("Operators and units read it."))

    def clean_person(self):
        person = self.cleaned_data["person"]
        if person and not following.fit().filter(pk=person.pk).exists():
            raise ValidationError(_("Only a supervisor, coordinator or duty leader follows tickets."))
        return person

    def clean(self):
        super().clean()
        given = self.cleaned_data
        what, values = given.get("what"), {name: given.pop(name, None) for name in ("urgency", "limit", "person")}
        wanted = {URGENCY: "urgency", PERSON: "person"}.get(what, "limit")
        given["value"] = True if what in LABELS else values[wanted]
        if what == PERSON and values["person"]:
            given |= {"value": values["person"].username, "person": values["person"]}
        if what and not given["value"] and wanted not in self.errors:
            self.add_error(wanted, _("Needed for this rule; more than 0."))
        self.check_days(given)
        return given
