"""台账: the ledger of calls, page by page; numbers are masked, and a ticket is named only to who may see it."""
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Prefetch, Q

from accounts.masking import mask_phone
from accounts.models import User
from accounts.roles import Role
from tickets.calendars import LOCAL
from tickets.models import Call, Ticket, Transfer
from tickets.people import Disposition
from tickets.presenters import Pill
from tickets.telephony.forms import LedgerFilter

PAGE = 50
READERS = (Role.OP, Role.OPS, Role.SV, Role.QI)
TONES = {Disposition.TICKET: "green", Disposition.UNSETTLED: "orange", Disposition.HARASSMENT: "red"}


@dataclass(frozen=True)
class Line:
    call: Call
    number: str
    operator: str
    what: Pill
    length: str
    ticket_no: str  # "" where this reader may not see the ticket
    transfers: list
    has_recording: bool
    may_settle: bool


def visible_to(user):
    """An operator's own; a shift leader's team and what nobody took; supervision and quality read all of it."""
    if user.has_role(Role.SV, Role.QI):
        return Call.objects.all()
    seen = Q(operator=user)
    if user.has_role(Role.OPS):
        team = User.objects.filter(memberships__unit__in=user.unit_scope(Role.OPS), memberships__role__in=(Role.OP, Role.OPS))
        seen |= Q(operator__in=team) | Q(operator=User.objects.system())
    return Call.objects.filter(seen)


def day_of(day):
    start = datetime.combine(day, time(), LOCAL)
    return {"started_at__gte": start, "started_at__lt": start + timedelta(days=1)}


def narrowed(query, user):
    """(the calls that this reader asked for, {name: what he asked}). What makes no sense narrows nothing."""
    form = LedgerFilter(query, auto_id="filter-%s")
    form.is_valid()
    day, disposition = form.cleaned_data.get("day"), form.cleaned_data.get("disposition")
    rows = visible_to(user)
    if day:
        rows = rows.filter(**day_of(day))
    if disposition:
        rows = rows.filter(disposition=disposition)
    return rows, {name: query[name] for name in ("day", "disposition") if query.get(name)}


def joined(rows):
    """With what a line shows of other tables."""
    transfers = Prefetch("transfers", Transfer.objects.order_by("pk"))
    return rows.select_related("operator", "phone", "ticket").prefetch_related(transfers)


def page(query, user):
    rows, kept = narrowed(query, user)
    before = query.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 16:
        rows = rows.filter(pk__lt=int(before))
    found = list(joined(rows).order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    following = "?" + urlencode(kept | {"before": shown[-1].pk}) if len(found) > PAGE else ""
    return {"lines": lines_of(shown, user), "filters": list(LedgerFilter(query, auto_id="filter-%s")),
            "is_narrowed": bool(kept), "reset": "?", "first": "?" + urlencode(kept) if before else "", "following": following}


def lines_of(calls, user):
    of = [call.ticket_id for call in calls if call.ticket_id]
    seen = set(Ticket.objects.visible_to(user).filter(pk__in=of).values_list("pk", flat=True)) if of else set()
    return [line(call, user, seen) for call in calls]


def line(call, user, seen):
    disposition = Disposition(call.disposition)
    return Line(
        call=call, number=mask_phone(call.caller_number),
        operator="" if call.operator.is_system else call.operator.display_name,
        what=Pill(disposition.label, TONES.get(disposition, "")), length=length(call),
        ticket_no=call.ticket.ticket_no if call.ticket_id in seen else "",
        transfers=[f"{one.number or one.get_line_display()}: {one.get_result_display()}" for one in call.transfers.all()],
        has_recording=bool(getattr(call, "phone", None) and call.phone.recording),
        may_settle=disposition == Disposition.UNSETTLED and call.operator_id == user.pk)


def length(call):
    phone = getattr(call, "phone", None)
    if not (phone and phone.answered_at and phone.hung_up_at):
        return ""
    seconds = max(0, int((phone.hung_up_at - phone.answered_at).total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02d}"
