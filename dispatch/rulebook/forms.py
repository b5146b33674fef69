"""What an administrator types about where matters of one kind go."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, UnitKind
from dispatch.models import RoutingRule
from dispatch.rules import TERRITORY, Hours, Marks
from tickets.fields import ChoicesField, DayField, TextField
from tickets.special.forms import categories
from tickets.timed.pages import TimedForm

LEADS = [("unit", _("The unit named beside it")), ("territory", _("The territory of the incident"))]


class RuleForm(TimedForm):
    """Units are chosen from lists: an administrator reads no tickets, so what other fields fetch while one types is not his."""

    category = forms.ChoiceField(label=_("Category"), required=False, help_text=_("The most exact one wins."))
    area = forms.ChoiceField(label=_("Street or town"), required=False)
    hours = forms.ChoiceField(label=_("Hours"), choices=[("", _("Any")), *Hours.choices], required=False)
    marks = forms.ChoiceField(label=_("Urgency"), choices=[("", _("Any")), *Marks.choices], required=False)
    leads = ChoicesField(label=_("Who leads"), choices=LEADS)
    lead = forms.ChoiceField(label=_("Lead unit"), required=False)
    co_unit_codes = forms.MultipleChoiceField(label=_("Co-units"), required=False, help_text=_("None: as the category says"))
    valid_from = DayField(label=_("First day"), required=False, help_text=_("Empty: at once"))
    valid_to = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody ends it"))
    owner = forms.CharField(label=_("Who asked for it"), max_length=60)
    reason = TextField(label=_("Reason"), max_length=200, rows=2, help_text=_("Dispatchers read it beside the suggestion."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in Unit.objects.order_by("path")}
        self.offer()

    def offer(self):
        """What the lists offer; two queries with the one above."""
        (_empty, _dash), *groups = categories()
        open_ones = [unit for unit in self.units.values() if unit.is_active]
        receivers = [(unit.code, f"{unit.name} · {unit.code}") for unit in open_ones if unit.can_receive]
        areas = [(unit.code, unit.name) for unit in open_ones if unit.kind in (UnitKind.STREET, UnitKind.TOWN)]
        self.categories = {code: label for _label, group in groups for code, label in group}
        self.put("category", [("", _("Any")), *groups])
        self.put("area", [("", _("Any")), *areas])
        self.put("lead", [("", "—"), *receivers])
        self.put("co_unit_codes", [(TERRITORY, _("Territory of the incident")), *receivers])

    def put(self, name, choices):
        field: Any = self.fields[name]
        field.choices = choices

    def clean_area(self):
        return self.units.get(self.cleaned_data["area"])

    def clean_lead(self):
        return self.units.get(self.cleaned_data["lead"])

    def clean_co_unit_codes(self):
        return sorted(self.cleaned_data["co_unit_codes"])

    def clean(self):
        super().clean()
        given = self.cleaned_data
        given["lead_is_territory"] = given.pop("leads", "") == "territory"
        self.check_lead(given)
        self.check_days(given)
        return given

    def check_lead(self, given):
        """Exactly one of the two leads, and not as its own co-unit."""
        lead, by_territory = given.get("lead"), given["lead_is_territory"]
        if "leads" in self.errors or "lead" in self.errors:
            return
        if by_territory and lead:
            self.add_error("lead", _("Leave it empty: the territory leads."))
        elif not by_territory and lead is None:
            self.add_error("lead", _("Name the unit that leads."))
        if (TERRITORY if by_territory else lead and lead.code) in given.get("co_unit_codes", []):
            self.add_error("co_unit_codes", _("The lead unit cannot be a co-unit as well."))

    @property
    def draft(self):
        """The rule as it would be, for a look at what it does; not saved."""
        return RoutingRule(**self.cleaned_data)
