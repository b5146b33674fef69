"""The list of warnings and the page of one, as a reader sees them."""
from collections import Counter
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.urls import reverse

from insights.alerts import acts, drafting, sorting
from insights.alerts.forms import BriefingForm, BroadcastForm, EndForm, FalseAlarmForm
from insights.alerts.surge import DAY
from insights.memos.acts import seen as memos_seen
from insights.models import Alert, Broadcast, BroadcastTo
from tickets.bulk import LIMIT
from tickets.columns import title_of
from tickets.presenters import state_pill

Status = Alert.Status
PAGE, SHOWN = 50, 100
MONTH = 30 * DAY
TONES = {Status.OPEN: "red", Status.TAKEN_UP: "orange", Status.FALSE_ALARM: "", Status.OVER: "green"}
FORMS = {"false_alarm": FalseAlarmForm, "end": EndForm, "broadcast": BroadcastForm}


class Line:
    """A warning with how it is said."""

    def __init__(self, alert):
        self.alert = alert
        self.what, self.where = drafting.what(alert), drafting.where(alert)
        self.span, self.growth = drafting.span(alert), drafting.growth(alert)
        self.tone = TONES[Status(alert.status)]


def listing(query, now):
    shows_all = query.get("show") == "all"
    rows = Alert.objects.select_related("area", "taken_up_by", "ended_by").annotate(
        by_now=Count("links", filter=Q(links__ticket__is_confidential=False, links__is_out=False)))
    if not shows_all:
        rows = rows.filter(status__in=acts.OPEN)
    page = Paginator(rows.order_by("-at", "-pk"), PAGE).get_page(query.get("page"))
    judged = Alert.objects.filter(ended_at__gt=now - MONTH, taken_up_at__isnull=False) | Alert.objects.filter(
        ended_at__gt=now - MONTH, status=Status.FALSE_ALARM)
    found = judged.aggregate(n=Count("pk"), wrong=Count("pk", filter=Q(status=Status.FALSE_ALARM)))
    return {"page": page, "lines": [Line(alert) for alert in page], "shows_all": shows_all, "judged": found["n"],
            "wrong": found["wrong"], "rate": round(100 * found["wrong"] / found["n"]) if found["n"] else None}


def get(alert_id):
    return Alert.objects.select_related("area", "taken_up_by", "ended_by", "merge_asked_by").get(pk=alert_id)


def context(alert, user, **bound):
    acting = user.has_role(*acts.ACTORS)
    tickets = list(acts.seen_of(alert, user)[:SHOWN + 1])
    broadcasts = list(alert.broadcasts.select_related("by", "decided_by").order_by("-pk"))
    standing = Counter(acts.seen_of(alert, user).order_by().values_list("state", flat=True))
    units = [ticket.lead_unit.name for ticket in tickets if ticket.lead_unit]
    told = answers(broadcasts)
    draft = alert.briefing or drafting.briefing(alert, standing, units, drafting.found(alert))
    is_open = acting and alert.status in acts.OPEN
    return {
        "alert": alert, "line": Line(alert), "acting": acting, "total": sum(standing.values()),
        "rows": rows(tickets[:SHOWN], user, told, sorting.done_with(alert) if is_open else None),
        "left_out": [(ticket, title_of(ticket, user), link) for ticket, link in sorting.left_out(alert, user)],
        "more": max(0, sum(standing.values()) - SHOWN),
        "may_take_up": acting and alert.status == Status.OPEN, "is_open": is_open,
        "merging": merging(alert, tickets, user),
        "may_ask": acting and alert.status == Status.TAKEN_UP and not alert.merge_asked_at,
        "forms": {name: bound.get(name) or form(auto_id=f"{name}-%s") for name, form in FORMS.items()},
        "briefing": bound.get("briefing") or BriefingForm(initial={"text": draft}, auto_id="briefing-%s"), "draft": draft,
        "may_broadcast": acting and alert.status == Status.TAKEN_UP and not any(
            row.status == Broadcast.Status.OPEN for row in broadcasts),
        "broadcasts": [(row, acting and row.status == Broadcast.Status.OPEN and row.by_id != user.pk) for row in broadcasts],
        "answers": told, "memos": memos_seen(user).filter(alert=alert).order_by("-pk") if acting else [],
    }


def rows(tickets, user, told, done):
    """(ticket, title, state, answer, may it be left out); `done`: what cannot be, None where nobody may."""
    return [(ticket, title_of(ticket, user), state_pill(ticket), told["of"].get(ticket.pk, "—") if told else "",
             done is not None and ticket.pk not in done) for ticket in tickets]


def merging(alert, tickets, user):
    """(address of the preview, how many) for who may merge; None when there is nothing to be merged."""
    master = acts.master_of(tickets, since=alert.since)
    others = [ticket for ticket in tickets if acts.may_join(ticket, master)][:LIMIT] if master else []
    if not others or not user.has_role(*acts.MERGERS):
        return None
    asked = [*(("t", ticket.ticket_no) for ticket in others), ("master", master.ticket_no),
             ("back", reverse("insights:alert", args=[alert.pk]))]
    return f"{reverse('tickets:several', args=['merge_into'])}?{urlencode(asked)}", len(others), master.ticket_no


def answers(broadcasts):
    """Of the last answer that was released: how far it is, and what came of each ticket."""
    last = next((row for row in broadcasts if row.status == Broadcast.Status.APPROVED), None)
    if last is None:
        return None
    of = {pk: BroadcastTo.Result(result) for pk, result in last.to.values_list("ticket", "result")}
    counts = Counter(of.values())
    waiting = counts[BroadcastTo.Result.WAITING]
    return {"total": len(of), "done": len(of) - waiting, "waiting": waiting,
            "of": {pk: result.label for pk, result in of.items()},
            "said": [(result.label, many) for result, many in counts.items()]}
