"""What would happen to each line of a file of the city's callbacks, and its taking: once each, whatever stands beside it."""
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from followup.city.files import Entry
from followup.city.rows import WHAT, CityCallback
from tickets.actions import JOINED, record_locked
from tickets.choices import Outcome
from tickets.columns import title_of
from tickets.models import Ticket

KIND = "IMPORT"
NEW, KNOWN, WRONG = "new", "known", "wrong"
SAME = ("result", "solved", "satisfied", "note")


@dataclass(frozen=True)
class Line:
    entry: Entry
    ticket: Ticket | None = None
    title: str = ""
    fault: str = ""
    known: bool = False  # on record already, word for word

    @property
    def fate(self):
        return WRONG if self.fault else KNOWN if self.known else NEW

    @property
    def at(self):
        return datetime.fromisoformat(self.entry.at) if self.entry.at else None

    @property
    def differs(self):
        """Whether it says the opposite of what the district was told last."""
        said = {self.entry.result, self.ticket.callback_outcome} if self.ticket else set()
        return said == {Outcome.POSITIVE, Outcome.NEGATIVE}

    @property
    def result(self):
        return CityCallback(result=self.entry.result, solved=self.entry.solved, satisfied=self.entry.satisfied)


def lines_of(entries, user, now, *, lock=False):
    """A Line for each entry, in three queries. With `lock` the tickets are held, always in the same order."""
    seen = Ticket.objects.visible_to(user).filter(ticket_no__in={entry.ticket_no for entry in entries})
    if lock:
        list(seen.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    tickets = {ticket.ticket_no: ticket for ticket in seen.select_related(*JOINED)}
    there = {(row.ticket_id, row.at): row for row in CityCallback.objects.filter(ticket__in=tickets.values())}
    met: dict = {}
    return [look(entry, tickets.get(entry.ticket_no), there, met, user, now) for entry in entries]


def look(entry, ticket, there, met, user, now):
    if ticket is None:
        said = _("There is no such ticket.") if entry.ticket_no else _("The ticket number is missing.")
        return Line(entry, fault=entry.fault or said)
    line = Line(entry, ticket, title_of(ticket, user))
    fault = entry.fault or unfit(ticket, line.at, now)
    if not fault:
        key = (ticket.pk, line.at)
        before, same_file = there.get(key), met.setdefault(key, entry.line)
        if same_file != entry.line:
            fault = _("This callback stands in line %(line)d already.") % {"line": same_file}
        elif before is not None and any(getattr(before, name) != getattr(entry, name) for name in SAME):
            fault = _("For this time another result is on record; it is never changed.")
        else:
            return Line(entry, ticket, line.title, known=before is not None)
    return Line(entry, ticket, line.title, fault)


def unfit(ticket, at, now):
    if at > now:
        return _("The time lies in the future.")
    if ticket.accepted_at is None or at < ticket.accepted_at:
        return _("The city cannot have called before the ticket was accepted.")
    return ""


@transaction.atomic
def take(entries, *, by, now, request=None):
    """Write what is new and return all lines as they were when it was written. A bad line never keeps the others out."""
    found = lines_of(entries, by, now, lock=True)
    for line in found:
        if line.fate == NEW:
            add(line, by=by, now=now)
    written = [line.entry.ticket_no for line in found if line.fate == NEW]
    if written:
        audit.record(KIND, user=by, now=now, request=request, what=WHAT, rows=len(written), tickets=written)
    return found


def add(line, *, by, now):
    """One callback of the city on its locked ticket; the trail keeps when it was, and what it brought."""
    row = CityCallback.objects.create(ticket=line.ticket, at=line.at, imported_at=now, imported_by=by,
                                      **{name: getattr(line.entry, name) for name in SAME})
    record_locked(line.ticket, WHAT, by=by, now=now, note=row.note, data={
        "outcome": row.result, "solved": row.solved, "satisfied": row.satisfied, "called_at": row.at.isoformat()})
    return row
