"""The filters of a work list, kept in its address so that a list can be bookmarked and sent to a colleague."""
from urllib.parse import parse_qsl

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from tickets.choices import Type, Urgency
from tickets.disclosure import MAY_ASK
from tickets.fields import AnyUnitField
from tickets.finding import asked as asking
from tickets.finding import hits
from tickets.states import State

NAMES = ("q", "state", "urgency", "type", "mark", "unit")
TRACKED = "tracked"
KEPT = ("q",)  # the others would tell what became of a ticket that was handed back


def any_of(label, choices):
    return forms.ChoiceField(label=label, choices=[("", label), *choices], required=False)


class UnitCodeField(AnyUnitField):
    def rows(self):
        return Unit.objects.all()


class FilterForm(forms.Form):
    q = forms.CharField(label=_("No., phone, name or words"), max_length=asking.LONGEST, required=False,
                        error_messages={"max_length": _("Ask in at most %(limit_value)d letters.")})
    state = any_of(_("State"), State.choices)
    urgency = any_of(_("Urgency"), Urgency.choices)
    type = any_of(_("Type"), Type.choices)
    mark = any_of(_("Mark"), [(TRACKED, _("Keep tracking"))])
    unit = UnitCodeField(label=_("Lead unit"), required=False)

    def __init__(self, data, *, opens=True):
        if len(data.get("q", "")) > asking.LONGEST:  # whatever was pasted is not sent back whole
            data = data.dict() | {"q": data["q"][: asking.LONGEST + 1].strip().ljust(asking.LONGEST + 1, "…")}
        super().__init__(data, auto_id="filter-%s")
        for name in () if opens else set(NAMES) - set(KEPT):
            del self.fields[name]
        for name in ("q", "unit"):
            if name in self.fields:
                self.fields[name].widget.attrs["placeholder"] = self.fields[name].label

    @property
    def wanted(self):
        """What was asked for and makes sense; a filter that does not is shown as an error and narrows nothing."""
        self.is_valid()
        return {name: getattr(value, "code", value) for name, value in self.cleaned_data.items() if value}


def wanted_of(query):
    """The filters of a saved address. They were checked when it was saved, so this asks the database nothing."""
    return {name: value for name, value in parse_qsl(query) if name in NAMES}


def narrowing(wanted, user, *, opens=True):
    """A function that keeps of some tickets those that were asked for. Of what does not open only the title is read."""
    def narrow(rows):
        for name in ("state", "urgency", "type"):
            if name in wanted:
                rows = rows.filter(**{name: wanted[name]})
        if wanted.get("mark") == TRACKED:
            rows = rows.filter(tracked_until__isnull=False)
        if "unit" in wanted:
            rows = rows.filter(lead_unit__code=wanted["unit"])
        if "q" not in wanted:
            return rows
        if not opens:
            return rows.filter(of_title(wanted["q"], user))
        return hits.narrowed(rows, asking.understood(wanted["q"], user), user)

    return narrow


def of_title(words, user):
    """Who must not read a confidential title must not find out its words by asking for them either."""
    title = Q(title__icontains=words)  # of a few weeks' tickets
    if not user.has_role(*MAY_ASK):
        title &= Q(is_confidential=False)
    return Q(ticket_no__startswith=words) | title if words.isascii() and words.isdigit() else title
