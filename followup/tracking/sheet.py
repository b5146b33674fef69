"""The tracking list of a week as a file: every row with its whole log, masked as on the screen, on record before it leaves."""
import tempfile
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from followup.tracking import page
from tickets import following as persons
from tickets import sightings
from tickets.actions import Refused
from tickets.excel import CHUNK, MOST_ROWS, Book, check_allowance
from tickets.presenters import short


def heads():
    return [(_("Ticket no."), 15), (_("Title"), 40), (_("Bucket"), 18), (_("Category"), 20), (_("Named owner"), 12),
            (_("Lead unit"), 26), (_("State"), 14), (_("On the list since"), 24), (_("Cause"), 24), (_("Left the list"), 24),
            (_("Log"), 80)]


def export(sought, *, request, reason):
    """The file, open at its beginning. Refuses what is too much for one person or one day."""
    check_allowance(sought.user, sought.now)
    owners = persons.followers(sought.now)
    rows = sought.rows(owners)
    if rows.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise Refused(_("The list has more than %(n)d rows: choose a category.") % {"n": MOST_ROWS})
    file = tempfile.TemporaryFile(prefix="hotline-")  # noqa: SIM115  # closed by the answer that sends it
    with transaction.atomic():  # the cursor of the server lives in it
        count = TrackingSheet(file, sought, owners).write(rows, reason)
        audit.record("EXPORT", user=sought.user, now=sought.now, request=request, what="tracking", reason=reason, rows=count,
                     week=sought.monday.isoformat(), category=sought.group, bucket=sought.bucket, mine=sought.mine)
    file.seek(0)
    return file


def file_name(sought):
    return f"{_('Tracking list')} {sought.monday:%Y-%m-%d}.xlsx"


class TrackingSheet(Book):
    def __init__(self, file, sought, owners):
        super().__init__(file)
        self.sought, self.owners = sought, owners

    def write(self, rows, reason):
        """Everything; returns how many rows it were."""
        sheet, count = self.book.add_worksheet(_("Tracking list")), 0
        self.heads(sheet, heads())
        for count, values in enumerate(self.values(rows), start=1):
            for place, value in enumerate(values):
                self.put(sheet, count, place, value)
        sheet.autofilter(0, 0, count, len(heads()) - 1)
        user = self.sought.user
        self.said(self.book.add_worksheet(_("About this file")), [
            (_("List"), _("Tracking list")), (_("Week"), page.week_shown(self.sought.monday)), (_("Tickets"), count),
            (_("Downloaded by"), f"{user.display_name} ({user.username})"), (_("At"), short(self.sought.now)),
            (_("What the file is for"), reason)])
        self.book.close()
        return count

    def values(self, rows):
        found = rows.iterator(chunk_size=CHUNK)
        while some := list(islice(found, CHUNK)):
            lines = page.lines_of(some, self.sought, self.owners, {})
            sightings.note_several([line.ticket for line in lines], self.sought.user, how=sightings.Sighting.How.FILE,
                                   now=self.sought.now)
            for line in lines:
                log = "\n".join(f"{short(at)} {who}: {cause}. {text}" for at, who, cause, text in reversed(line.notes))
                yield [line.ticket.ticket_no, line.title, line.bucket, line.category, line.owner, line.unit, line.state,
                       line.since, line.cause or line.late, line.left, log]
