"""A list as a file: all of it, in its order, with its columns, masked as on the screen.

The rows come through a cursor of the server and go into the file one by one, so 100 rows and 100,000 need the same
memory. The entry in the audit log is written before the first byte leaves: no log, no file.
"""
import tempfile
from datetime import datetime, timedelta

import xlsxwriter
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry
from accounts.roles import Role
from tickets import columns, sightings
from tickets.actions import Refused
from tickets.presenters import Chip, Pill, pills_of, short

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 2_000  # rows that somebody waits for in front of the page; more are written by the worker
MOST_ROWS = 10_000  # what anybody may take away by himself
MAY_TAKE_ALL = (Role.DL,)
A_DAY, MOST_A_DAY = timedelta(days=1), 20
CHUNK = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001  # full-width ones count, too
LONGEST_CELL = 32_767


class TooOften(Refused):
    """One person took too many files; `seconds` until he may have the next one."""

    def __init__(self, message, seconds):
        super().__init__(message)
        self.seconds = seconds


def export(listing, *, request, reason, blanks=()):
    """The file, open at its beginning. Refuses what is too much for one person or one day.

    `blanks` are (head, width) of columns behind the others that somebody is to fill in.
    """
    user, now = listing.user, listing.now
    check_allowance(user, now)
    if not is_short(listing):
        raise Refused(_("The list has more than %(n)d tickets. Filter it.") % {"n": AT_ONCE})
    file = tempfile.TemporaryFile(prefix="hotline-")  # noqa: SIM115  # closed by the answer that sends it
    with transaction.atomic():  # the cursor of the server lives in it
        count = Sheet(file, listing, blanks).write(reason)
        audit.record("EXPORT", user=user, now=now, request=request, what=f"{listing.desk.name}.{listing.work.name}",
                     reason=reason, rows=count, filters=logged(listing), order=listing.sorting.asked,
                     columns=[column.name for column in listing.columns])
    file.seek(0)
    return file


def is_short(listing):
    return listing.rows.order_by()[: AT_ONCE + 1].count() <= AT_ONCE


def check_allowance(user, now):
    """Whether this person may take another file away today. Raises TooOften."""
    taken = list(AuditEntry.objects.filter(user=user, kind="EXPORT", at__gt=now - A_DAY).order_by("at").values_list("at"))
    if len(taken) >= MOST_A_DAY:
        said = _("You have downloaded %(n)d lists in 24 hours; that is the limit.") % {"n": len(taken)}
        raise TooOften(said, int((taken[-MOST_A_DAY][0] + A_DAY - now).total_seconds()) + 1)


def file_name(listing):
    return f"{listing.view or listing.work.title} {timezone.localtime(listing.now):%Y-%m-%d %H%M}.xlsx"


def plain(value):
    """What stands in a cell of what is a coloured sign on the screen."""
    if isinstance(value, Chip):
        return value.at if value.due else value.text
    return value.text if isinstance(value, Pill) else value


class Book:
    """A workbook being written, and how a value stands in a cell of it."""

    def __init__(self, file):
        self.book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self.zone = timezone.get_current_timezone()
        self.bold = self.book.add_format({"bold": True, "bottom": 1})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.quoted = self.book.add_format({"quote_prefix": True})  # stays a text even when somebody edits the cell

    def heads(self, sheet, heads):
        """(label, width) of each column as the first line, which stays in sight together with the first two columns."""
        for place, (label, width) in enumerate(heads):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, str(label), self.bold)
        sheet.freeze_panes(1, 2)

    def said(self, sheet, pairs):
        """Label and value below each other."""
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 60)
        for row, (label, value) in enumerate(pairs):
            sheet.write_string(row, 0, label, self.bold)
            self.put(sheet, row, 1, value)

    def put(self, sheet, row, place, value):
        """A moment as a date in local time, a number as one, everything else as a text and never as a formula."""
        if type(value) is not str:  # most are
            value = plain(value)
        if isinstance(value, datetime):
            sheet.write_datetime(row, place, value.astimezone(self.zone).replace(tzinfo=None), self.moment)
        elif isinstance(value, int):
            sheet.write_number(row, place, value)
        elif value not in (None, ""):
            text = str(value)[:LONGEST_CELL]
            sheet.write_string(row, place, text, self.quoted if text.startswith(FORMULA) else None)


class Sheet(Book):
    """A work list as a workbook."""

    def __init__(self, file, listing, blanks=()):
        super().__init__(file)
        self.listing, self.blanks = listing, blanks

    def write(self, reason):
        """Everything; returns how many tickets it were."""
        sheet = self.book.add_worksheet(_("Tickets"))
        heads = [(_("Ticket no."), 15), (_("Title"), 40), (_("Marks"), 18), (_("Remark"), 24)]
        heads += [(str(column.label), column.width) for column in self.listing.columns]
        heads += [(str(label), width) for label, width in self.blanks]
        self.heads(sheet, heads)
        count = 0
        for count, values in enumerate(self.values(), start=1):
            for place, value in enumerate(values):
                self.put(sheet, count, place, value)
        sheet.autofilter(0, 0, count, len(heads) - 1)
        self.about(reason, count)
        self.book.close()
        return count

    def values(self):
        """The values of each ticket, in the order of the list."""
        listing = self.listing
        for tickets in listing.chunks(CHUNK):
            sightings.note_several(tickets, listing.user, how=sightings.Sighting.How.FILE, now=listing.now)
            for line in columns.lines_of(tickets, listing.user, listing.now):
                ticket = line.ticket
                marks = " ".join(pill.text for pill in pills_of(ticket)) if listing.work.opens else ""
                yield [ticket.ticket_no, columns.title_of(ticket, listing.user), marks, listing.work.remark(ticket),
                       *[column.value(line) for column in listing.columns]]

    def about(self, reason, count):
        """Who took what, when and for what: the mark that a file carries with it."""
        listing, sheet = self.listing, self.book.add_worksheet(_("About this file"))
        said = [
            (_("List"), f"{listing.desk.title} · {listing.work.title}"), (_("Filter"), shown_filters(listing)),
            (_("Tickets"), count), (_("Downloaded by"), f"{listing.user.display_name} ({listing.user.username})"),
            (_("At"), short(listing.now)), (_("What the file is for"), reason),
        ]
        self.said(sheet, said)


def logged(listing):
    """The filters for the log and for the file: a phone or a name that was asked for is masked there."""
    return listing.wanted | ({"q": listing.asked.shown} if listing.asked.terms else {})


def shown_filters(listing):
    """The filters as the screen words them."""
    form = listing.filters
    words = [(form.fields[name].label, dict(getattr(form.fields[name], "choices", [])).get(value, value))
             for name, value in logged(listing).items()]
    return ", ".join(f"{label}: {value}" for label, value in words) or _("None")
