"""What would happen to each line of a file: the same questions as on the page of its ticket, in a few queries for all."""
from dataclasses import dataclass, replace

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from dispatch import replies
from dispatch.feedback.files import BadFile
from tickets import bulk
from tickets.columns import title_of
from tickets.models import Ticket, TicketEvent
from tickets.presenters import Pill, state_pill
from tickets.steps import STEPS

STEP, EVENT = "record_progress", "progress"
MOST = 500


@dataclass(frozen=True)
class Line:
    line: int  # of the file
    ticket_no: str
    text: str
    fault: str = ""
    title: str = ""
    state: Pill | None = None
    ticket: Ticket | None = None


def chosen(entries, *, leave_out):
    """The entries that are meant; with `leave_out` those without a text are not. Raises BadFile."""
    meant = [entry for entry in entries if entry.text or entry.fault or not leave_out]
    if not meant:
        raise BadFile(_("There is no line with a stage feedback in the file."))
    if len(meant) > MOST:
        raise BadFile(_("The file has more than %(count)d lines.") % {"count": MOST})
    return meant


def lines_of(entries, user, now, *, lock=False):
    """A Line for each entry. With `lock` the tickets are held until the transaction ends, always in the same order."""
    tickets, met, found = tickets_of(entries, user, lock), {}, []
    for entry in entries:
        line = look(Line(entry.line, entry.number, entry.text, entry.fault), tickets.get(entry.number), user, now)
        if entry.number in met and entry.number:
            line = replace(line, fault=_("This ticket stands in line %(line)d already.") % {"line": met[entry.number]})
        met.setdefault(entry.number, entry.line)
        found.append(line)
    return found


def tickets_of(entries, user, lock):
    seen = Ticket.objects.visible_to(user).filter(ticket_no__in={entry.number for entry in entries})
    if lock:  # first held, then read: what somebody wrote while we waited is seen
        list(seen.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    last = TicketEvent.objects.filter(ticket=OuterRef("pk"), name=EVENT).order_by("-seq").values("note")[:1]
    tickets = {ticket.ticket_no: ticket for ticket in seen.for_list().annotate(last_feedback=Subquery(last))}
    replies.read_parts(tickets.values())
    bulk.read_proposals(tickets.values())
    return tickets


def look(line, ticket, user, now):
    if ticket is None:
        said = _("Not among your tickets.") if line.ticket_no else _("The ticket number is missing.")
        return replace(line, fault=line.fault or said)
    fault = line.fault or unfit(ticket, user) or wrong_words(line.text, ticket, user, now)
    return replace(line, fault=fault, title=title_of(ticket, user), state=state_pill(ticket), ticket=ticket)


def unfit(ticket, user):
    """Why the step cannot be taken now; "" when it can."""
    _mode, sentence = bulk.prospect(STEPS[STEP], ticket, user)
    return sentence


def wrong_words(text, ticket, user, now):
    if not text:
        return _("The text is missing.")
    form = STEPS[STEP].bind(ticket, user, now, {"text": text})
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    if form.cleaned_data["text"] == ticket.last_feedback:
        return _("This stage feedback is on the ticket already.")
    return ""
