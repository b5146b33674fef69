"""What can be taken away as a file: the work lists with their filters and columns, and the ledger of calls.

A source knows its heads, how many rows it has and gives them chunk by chunk. The order is fixed first, as a list of
numbers; then the rows are read some hundred at a time. So no transaction stays open while a long file is written, no row
comes twice, and the file needs 8 bytes of memory a row. What its reader may not see any more by then is left out.
"""
from array import array
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models.base import ModelState
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import columns, excel, list_page, orders, sightings
from tickets.columns import Column
from tickets.disclosure import MAY_ASK, identity_of, is_withheld
from tickets.models import Call, Caller, Ticket
from tickets.presenters import pills_of
from tickets.telephony import book
from tickets.telephony.forms import LedgerFilter

CHUNK = 2000
UNSHOWN = ("content", "demand", "answer", "note", "unit_summary", "extra")  # long, and in no column of a list


class Gone(Exception):
    """There is no such list any more, or it is not its reader's."""


def chosen(rows):
    """The numbers of these rows in their order, read through a cursor of the server."""
    with transaction.atomic():
        return array("q", rows.values_list("pk", flat=True).iterator(chunk_size=10_000))


def chunks(keys, size):
    some = iter(keys)
    while chunk := list(islice(some, size)):
        yield chunk


def instances(rows, without):
    """These tickets, without some of their columns. Model.__init__ and its signals are left out: with the hundred columns of
    a ticket they take a third of the time of a long file. A column that is asked for all the same is read then.
    """
    names = [field.attname for field in Ticket._meta.concrete_fields if field.name not in without]
    names += rows.query.annotations
    for values in rows.values_list(*names).iterator():
        ticket = Ticket.__new__(Ticket)
        ticket.__dict__.update(zip(names, values, strict=True))
        ticket._state = ModelState()
        ticket._state.adding, ticket._state.db = False, rows.db
        yield ticket


class Shared:
    """Categories, units and staff are few and stand on many tickets: each is read once a file, not joined to each row."""

    def __init__(self):
        self.fields: list[Any] = [Ticket._meta.get_field(name) for name in ("category", "lead_unit", "area", "registered_by")]
        self.known: dict = {field: {None: None} for field in self.fields}

    def join(self, tickets):
        for field in self.fields:
            known = self.known[field]
            missing = {key for ticket in tickets if (key := getattr(ticket, field.attname)) not in known}
            known.update(field.related_model.objects.in_bulk(missing) if missing else {})
            for ticket in tickets:
                field.set_cached_value(ticket, known[getattr(ticket, field.attname)])


class TicketList:
    """A work list as somebody asked for it: `desk` with its address."""

    def __init__(self, desk, user, query, now, in_full=False):
        if not user.has_role(*desk.roles):
            raise Gone
        self.listing = list_page.Listing(desk, user, QueryDict(query), "", now)
        self.user, self.now, self.in_full = user, now, in_full and self.listing.work.opens

    @property
    def name(self):
        return f"{self.listing.desk.name}.{self.listing.work.name}"

    @property
    def title(self):
        desk, work = str(self.listing.desk.title), str(self.listing.view or self.listing.work.title)
        return work if desk == work else f"{desk} · {work}"

    sheet = gettext_lazy("Tickets")

    def count(self, most):
        return self.listing.rows.order_by()[:most].count()

    @property
    def columns(self):
        if not self.in_full:
            return self.listing.columns
        return [*(column for column in self.listing.columns if not column.personal), *FULL]

    @property
    def heads(self):
        heads = [(_("Ticket no."), 15), (_("Title"), 40), (_("Marks"), 18), (_("Remark"), 24)]
        return heads + [(str(column.label), column.width) for column in self.columns]

    @property
    def filters(self):
        """For the log and the file: a phone or a name that was searched for is masked."""
        return excel.logged(self.listing)

    @property
    def shown_filters(self):
        return excel.shown_filters(self.listing)

    @property
    def about(self):
        return [(_("List"), self.title), (_("Filter"), self.shown_filters)]

    def tickets(self):
        listing = self.listing
        if listing.search:  # finds page by page already, and looks at each whether its reader may be told
            yield from listing.chunks(CHUNK)
            return
        shared = Shared()
        for keys in chunks(chosen(orders.keyed(listing.rows, listing.sorting)), CHUNK):
            found = {ticket.pk: ticket for ticket in instances(listing.bring(listing.rows.filter(pk__in=keys)), UNSHOWN)}
            tickets = [found[key] for key in keys if key in found]
            if self.tells_of_people:
                callers = Caller.objects.in_bulk([ticket.caller_id for ticket in tickets])
                for ticket in tickets:
                    ticket.caller = callers[ticket.caller_id]
            shared.join(tickets)
            yield tickets

    @property
    def tells_of_people(self):
        """Whether the file needs to know who called, be it only to strike his name out of a title."""
        return any(column.personal for column in self.columns) or not self.user.has_role(*MAY_ASK)

    def rows(self):
        """Lists of so many lines of values; each ticket is on record as read before it leaves."""
        for tickets in self.tickets():
            full = [ticket for ticket in tickets if self.in_full and not is_withheld_in_files(ticket, self.user)]
            sightings.note_several(tickets, self.user, how=sightings.Sighting.How.FILE, now=self.now, in_full=full)
            yield [self.values(line) for line in columns.lines_of(tickets, self.user, self.now)]

    def values(self, line):
        ticket, work = line.ticket, self.listing.work
        marks = " ".join(pill.text for pill in pills_of(ticket)) if work.opens else ""
        return [ticket.ticket_no, columns.title_of(ticket, self.user), marks, work.remark(ticket),
                *[column.value(line) for column in self.columns]]


def is_withheld_in_files(ticket, user):
    """Who asked for confidentiality is named in no file, whoever reads it (S14)."""
    return ticket.is_confidential or is_withheld(ticket, user)


def told(part):
    def value(line):
        if is_withheld_in_files(line.ticket, line.user):
            return _("Confidential") if part == "name" else ""
        return identity_of(line.ticket, line.user, revealed=True)[part]

    return value


FULL = [Column(name, label, told(name), personal=True, width=width) for name, label, width in (
    ("name", gettext_lazy("Citizen"), 14), ("phone", gettext_lazy("Phone"), 15), ("phone2", gettext_lazy("Second phone"), 15),
    ("address", gettext_lazy("Address"), 40))]


class CallLedger:
    """台账: a row for each call, whether it became a ticket or not."""

    name, sheet = "calls", gettext_lazy("Calls")

    def __init__(self, user, query, now):
        if not user.has_role(*book.READERS):
            raise Gone
        self.user, self.now, self.in_full, self.asked = user, now, False, QueryDict(query)
        self.narrowed, self.filters = book.narrowed(self.asked, user)

    @property
    def title(self):
        return _("Ledger of calls")

    def count(self, most):
        return self.narrowed.order_by()[:most].count()

    @property
    def heads(self):
        return [(_("Call no."), 16), (_("Begun"), 17), (_("Hotline"), 9), (_("Phone (masked)"), 15), (_("Operator"), 12),
                (_("What it was"), 16), (_("Length"), 8), (_("Ticket no."), 16), (_("Connected to"), 30), (_("Note"), 40)]

    @property
    def shown_filters(self):
        fields = LedgerFilter.base_fields
        words = [(fields[name].label, dict(getattr(fields[name], "choices", [])).get(value, value))
                 for name, value in self.filters.items()]
        return ", ".join(f"{label}: {value}" for label, value in words) or _("None")

    @property
    def about(self):
        return [(_("List"), self.title), (_("Filter"), self.shown_filters)]

    def rows(self):
        for keys in chunks(chosen(self.narrowed.order_by("pk")), CHUNK):
            calls = book.joined(Call.objects.filter(pk__in=keys)).order_by("pk")
            yield [[line.call.call_no, line.call.started_at, line.call.hotline_code, line.number, line.operator, line.what,
                    line.length, line.ticket_no, "; ".join(line.transfers), line.call.note]
                   for line in book.lines_of(calls, self.user)]


def open_source(name, desks, *, user, query, now, in_full=False):
    """The source of this name as this user may read it. `desks` are those of the whole product. Raises Gone."""
    if name == CallLedger.name:
        return CallLedger(user, query, now)
    desk_name, _dot, work = name.partition(".")
    desk = next((desk for desk in desks if desk.name == desk_name), None)
    if desk is None or work not in [one.name for one in desk.lists]:
        raise Gone
    return TicketList(desk, user, query, now, in_full)
