"""预警: the list of warnings, the page of one, and what is decided on it."""
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import audience
from accounts.instant import database_now
from insights.alerts import acts, broadcasts, page, sorting
from insights.alerts.forms import BriefingForm, BroadcastForm, EndForm, FalseAlarmForm
from tickets.actions import Refused


@audience(*acts.READERS)
@require_safe
def alerts(request):
    return render(request, "alerts/list.html", page.listing(request.GET, database_now()))


@audience(*acts.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request, alert_id):
    bound = {}
    try:
        if request.method == "POST":
            bound = posted(request, alert_id, database_now())
            if bound is None:
                return redirect("insights:alert", alert_id)
        context = page.context(page.get(alert_id), request.user, **bound)
    except ObjectDoesNotExist:
        raise Http404 from None
    return render(request, "alerts/page.html", context, status=422 if bound else 200)


def posted(request, alert_id, now):
    """{name of a form: the form with its errors}; None when it was done, or refused with a sentence."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, alert_id, now)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return None


def number(request):
    text = request.POST.get("id", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def with_form(name, form_class, act, said):
    """An act that is sent with a form; `act(alert_id, by=…, now=…, **fields)`."""

    def send(request, alert_id, now):
        form = form_class(request.POST, auto_id=f"{name}-%s")
        if not form.is_valid():
            return {name: form}
        act(alert_id, by=request.user, now=now, **form.cleaned_data)
        messages.success(request, said())
        return None

    return send


def take_up(request, alert_id, now):
    acts.take_up(alert_id, by=request.user, now=now)
    messages.success(request, _("You have taken it up."))


def ask_to_merge(request, alert_id, now):
    acts.ask_to_merge(alert_id, by=request.user, now=now)
    messages.success(request, _("The reviewers were asked: they find the preview on this page."))


def leave_out(request, alert_id, now):
    link = sorting.leave_out(alert_id, number(request), by=request.user, now=now)
    messages.success(request, _("%(no)s was left out.") % {"no": link.ticket.ticket_no})


def take_in(request, alert_id, now):
    link = sorting.take_in(alert_id, number(request), by=request.user, now=now)
    messages.success(request, _("%(no)s belongs to it again.") % {"no": link.ticket.ticket_no})


def decide(request, alert_id, now):
    broadcasts.decide(alert_id, number(request), by=request.user, now=now, approved="approve" in request.POST)
    messages.success(request, _("Decided."))


ACTS = {
    "take_up": take_up, "ask_to_merge": ask_to_merge, "decide": decide,
    "leave_out": leave_out, "take_in": take_in,
    "false_alarm": with_form("false_alarm", FalseAlarmForm, acts.false_alarm, lambda: _("Noted as a false alarm.")),
    "end": with_form("end", EndForm, acts.end, lambda: _("Noted: it is over.")),
    "broadcast": with_form("broadcast", BroadcastForm, broadcasts.write, lambda: _("The answer waits for a second person.")),
    "briefing": with_form("briefing", BriefingForm, acts.write_briefing, lambda: _("The briefing is kept.")),
}  # fmt: skip
