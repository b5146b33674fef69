"""The audit log, for the auditor: who did what, when, from where, and what was refused. Read only."""

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.models import AuditEntry
from accounts.roles import Role
from insights.audit_words import KINDS, kind_pill, worded
from tickets.fields import DayField, PersonField

PAGE = 50


class AuditFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Kind")), *[(kind, pill.text) for kind, pill in KINDS.items()]], required=False
    )
    user = PersonField(label=_("Person"), required=False)
    ticket_no = forms.RegexField(r"^[0-9]{1,16}\Z", label=_("Ticket no."), required=False)
    day = DayField(label=_("Day"), required=False)

    def __init__(self, data):
        super().__init__(data, auto_id="audit-%s")
        for name in ("user", "ticket_no"):
            self.fields[name].widget.attrs["placeholder"] = self.fields[name].label


@audience(Role.AU)
@require_safe
def audit_log(request):
    """Newest first, by keyset: `before` is the id of the last entry of the page before."""
    filters = AuditFilter(request.GET)
    filters.is_valid()
    entries = matching({name: value for name, value in filters.cleaned_data.items() if value})
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    found = list(entries.select_related("user").order_by("-pk")[: PAGE + 1])
    kept = request.GET.copy()
    if len(found) > PAGE:
        kept["before"] = found[PAGE - 1].pk
    context = {
        "filters": filters,
        "entries": [line(entry) for entry in found[:PAGE]],
        "columns": (_("When"), _("Person"), _("Kind"), _("Ticket"), _("What"), _("Result"), _("Network address")),
        "following": f"?{kept.urlencode()}" if len(found) > PAGE else "",
        "path": request.path,
        "is_narrowed": any(filters.cleaned_data.values()),
    }
    return render(request, "insights/audit_log.html", context)


def line(entry):
    """An entry in the reader's words. What somebody gave as his reason for looking at an identity stays as typed."""
    reason = entry.reason if entry.kind in ("UNMASK", "EXPORT", "EXPORT_FILE") else worded(entry.reason)
    return {"entry": entry, "kind": kind_pill(entry.kind), "what": worded(entry.what), "reason": reason,
            "result": worded(entry.result)}


def matching(wanted):
    """Entries that fit; a day is a day of local time."""
    entries = AuditEntry.objects.all()
    for name in ("kind", "user", "ticket_no"):
        if name in wanted:
            entries = entries.filter(**{name: wanted[name]})
    return entries.filter(at__date=wanted["day"]) if "day" in wanted else entries
