"""What the words of a question find, page by page (ADR 0010).

There are two ways, and the planner's estimate of the list itself (not of the words, of which it knows nothing) decides. A
short list, of one small unit or of a rare filter, is read whole and each ticket is asked for the words. Everything else is
read from the index of words, window by window from the newest, until the page is full: the cost of a page follows from
how much of all tickets the list is, never from how many tickets say the word.
"""
import time
from dataclasses import dataclass
from itertools import islice

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, OuterRef, Q
from django.db.models.expressions import RawSQL

from tickets import orders
from tickets.finding import asked as asking
from tickets.finding.index import IN_TITLE, WINDOW, WINDOW_BITS, folded
from tickets.models import Ticket
from tickets.redaction import Reading

ORDERS = BEST, NEWEST = "best", "newest"
SHORT = 20  # see is_short
A_MINUTE, MOST_ESTIMATES = 60, 500
MOST_LOOKS = 3  # for a page of a reader from whom something in the tickets is hidden
LAST = 1 << 62
TEXT = "s.words || E'\\n' || s.replies"
FROM_INDEX = """SELECT c.id
    FROM generate_series(least((SELECT coalesce(max(ticket_id), 0) FROM tickets_searchtext), %s) >> {bits}, 0, -1) w(n)
    CROSS JOIN LATERAL (SELECT search_window(%s::bigint[], w.n) AS keys OFFSET 0) k
    CROSS JOIN LATERAL (SELECT s.ticket_id AS id FROM tickets_searchtext s
        WHERE search_keys(s.ticket_id, s.title, s.words, s.replies) @> k.keys AND s.ticket_id < %s AND {said}
        ORDER BY s.ticket_id DESC OFFSET 0) c"""
IN_LAST_WINDOW = """SELECT count(*) FROM tickets_searchtext s WHERE search_keys(s.ticket_id, s.title, s.words, s.replies)
    @> search_window(%s::bigint[], (SELECT greatest((max(ticket_id) >> {bits}) - 1, 0) FROM tickets_searchtext))"""
TITLED = "SELECT {said} FROM tickets_searchtext s WHERE s.ticket_id = tickets_ticket.id"
FIRST = "strpos(search_fold(tickets_ticket.title), %s) > 0"
OF_LIST = """WITH mine(id, first) AS MATERIALIZED ({rows})
    (SELECT id FROM mine WHERE first AND (true, id) < (%s, %s) ORDER BY id DESC LIMIT %s) UNION ALL
    (SELECT t.id FROM (SELECT id FROM mine WHERE NOT first AND (false, id) < (%s, %s) ORDER BY id DESC OFFSET 0) t
        CROSS JOIN LATERAL (SELECT FROM tickets_searchtext s WHERE s.ticket_id = t.id AND {said} LIMIT 1) s LIMIT %s)
    LIMIT %s"""


@dataclass(frozen=True)
class Place:
    """The last ticket that was looked at: whether it has the words in its title, and its key."""

    in_title: bool
    pk: int

    def pack(self):
        return f"{int(self.in_title)}~{self.pk}"


def sorting_of(name, asked=""):
    return orders.Sorting(name, orders.Order(F("pk"), orders.number), True, asked)


def place_of(after, order):
    """Where an address says that the page begins; at the beginning for anything that is no place."""
    side, _separator, pk = after.partition("~")
    if side not in ("0", "1") or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return Place(order == BEST, LAST)
    return Place(side == "1" and order == BEST, int(pk))


# --- the database's part -----------------------------------------------------------------------------------------


def said(words, *, title):
    """(SQL, parameters) of what the index does not know: which pairs stand side by side, and where. `title` True: in the
    title; False: not in the title; None: anywhere."""
    parts, params = ["true"], []
    for word in words:
        if title is not True and len(word) != 2:
            parts.append(f"strpos({TEXT}, %s) > 0")
            params.append(word)
        if title is True and len(word) != 2:
            parts.append("strpos(s.title, %s) > 0")
            params.append(word)
    if title is False:
        parts.append(f"NOT ({' AND '.join(['strpos(s.title, %s) > 0'] * len(words))})")
        params += words
    return " AND ".join(parts), params


def sql_of(rows):
    return rows.order_by().values("pk").query.sql_with_params()


_estimates: dict = {}  # what was asked: (the answer, when it was given)


def is_short(rows):
    """Whether this list is rather read whole. To look at one of its L tickets costs a little more than to look at one that the
    index brings, and of N tickets about 26 N / L have to be brought until a page of 26 is full. Raises EmptyResultSet."""
    return estimate(rows) ** 2 <= SHORT * estimate(Ticket.objects.all())


def are_rare(keys, rows):
    """Whether the words are so rare, as the last full window tells, that to bring all tickets that say them costs less than to
    read this short list: one that the index brings costs half as much as one that is only read in vain."""
    said = remembered(IN_LAST_WINDOW.format(bits=WINDOW_BITS), [keys], int)
    return said < estimate(rows) * WINDOW // (2 * max(estimate(Ticket.objects.all()), 1))


def estimate(rows):
    """How many tickets these are, as the planner thinks; they are not read."""
    sql, params = sql_of(rows)
    return remembered(f"EXPLAIN (FORMAT JSON) {sql}", params, lambda plans: plans[0]["Plan"]["Plan Rows"])


def remembered(sql, params, read):
    """What the answer to this question says, as it was a minute ago at most."""
    key = sql, repr(params)
    known = _estimates.get(key)
    if known is None or time.monotonic() - known[1] > A_MINUTE:
        if len(_estimates) >= MOST_ESTIMATES:
            _estimates.clear()
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            known = _estimates[key] = read(cursor.fetchone()[0]), time.monotonic()
    return known[0]


def from_index(words, keys, before, *, title, rows=None):
    """(SQL, parameters) of the tickets that say the words, newest first; of `rows`, each of which is asked for by its key."""
    head = IN_TITLE if title is True else 0
    more, params = said(words, title=title)
    sql = FROM_INDEX.format(bits=WINDOW_BITS, said=more)
    given = [before - 1, [key | head for key in keys], before, *params]
    if rows is not None:
        mine, mine_params = sql_of(rows.filter(pk=RawSQL("c.id", (), output_field=BigIntegerField())))
        sql += f" CROSS JOIN LATERAL ({mine} LIMIT 1) t"
        given += mine_params
    return sql, given


def of_list(words, place, count, *, ranked, rows):
    """(SQL, parameters) of those of a short list that say the words: its titles are read whole, and then, newest first, what
    else is said, until there are enough."""
    titled, given = (" AND ".join([FIRST] * len(words)), words) if ranked else ("false", ())
    first = RawSQL(titled, given, output_field=BooleanField())  # noqa: S611 (made here, the words are parameters)
    mine, params = rows.order_by().annotate(first=first).values("pk", "first").query.sql_with_params()
    everywhere = " AND ".join([f"strpos({TEXT}, %s) > 0"] * len(words))
    after = (place.in_title, place.pk)
    return OF_LIST.format(rows=mine, said=everywhere), [*params, *after, count, *after, *words, count, count]


class Search:
    """The tickets of a list that say all the words, in one of two orders: newest first, or first those whose title has them."""

    def __init__(self, rows, asked, order=BEST):
        self.rows, self.words, self.keys, self.order = rows, asked.words, asked.keys, order

    def tickets(self, place, count, bring=lambda rows: rows):
        """[(Place, ticket)]: so many after this one, by one query."""
        if not self.keys:
            return []
        try:
            sql, params = self.sql(place, count)
        except EmptyResultSet:
            return []
        title = RawSQL(TITLED.format(said=" AND ".join(["strpos(s.title, %s) > 0"] * len(self.words))), self.words)  # noqa: S611
        rows = self.rows.filter(pk__in=RawSQL(sql, params)).annotate(in_title=title)  # noqa: S611
        found = [(Place(self.order == BEST and ticket.in_title, ticket.pk), ticket)
                 for ticket in with_replies(bring(rows)).for_list()]
        return sorted(found, key=lambda one: (not one[0].in_title, -one[0].pk))

    def sql(self, place, count):
        """(SQL, parameters) of the keys."""
        if is_short(self.rows) and not are_rare(self.keys, self.rows):
            return of_list(self.words, place, count, ranked=self.order == BEST, rows=self.rows)
        return self.brought(place, count)

    def brought(self, place, count):
        """Those with the words in the title, and only if they are too few the others."""
        if self.order == NEWEST:
            parts = [(None, place.pk)]
        else:
            parts = [(True, place.pk), (False, LAST)] if place.in_title else [(False, place.pk)]
        asked = [from_index(self.words, self.keys, before, title=title, rows=self.rows) for title, before in parts]
        if len(asked) == 1:
            return f"{asked[0][0]} LIMIT %s", [*asked[0][1], count]
        sql = " UNION ALL ".join(f"({one} LIMIT %s)" for one, _params in asked)
        return f"{sql} LIMIT %s", [value for _one, params in asked for value in (*params, count)] + [count]


def everywhere(asked):
    """A condition on tickets: they say all the words. For lists in another order, and for counting; their cost follows
    how many tickets say them."""
    if not asked.keys:
        return Q(pk__in=[])
    sql, params = from_index(asked.words, asked.keys, LAST, title=None)
    return Q(pk__in=RawSQL(sql, params))  # noqa: S611 (made here, the words are parameters)


# --- the reader's part -------------------------------------------------------------------------------------------


def own_words(ticket, user):
    """What this reader may read of the ticket itself, the title first."""
    reading = Reading(ticket, user)
    said = [reading.title, reading.content, reading.demand, reading.said(ticket.answer), reading.summary or ""]
    return said if reading.scrubs else [*said, ticket.address]


def readable(ticket, user):
    """The same, and what the units replied."""
    reading = Reading(ticket, user)
    return [*own_words(ticket, user), *map(reading.text, ticket.replied)]


def all_in(words, texts):
    text = folded("\n".join(texts))
    return all(word in text for word in words)


def may_be_told(ticket, user, words):
    """Whether the words stand in what the reader may read. What is hidden from him must not be found out by asking."""
    reading = Reading(ticket, user)
    if not reading.scrubs and not reading.summarises:
        return True
    return all_in(words, own_words(ticket, user)) or all_in(words, readable(ticket, user))


def with_replies(rows):
    """Tickets with what the units replied, as `replied`, by the same query."""
    replies = Ticket.replies.rel.related_model.objects.filter(ticket=OuterRef("pk")).order_by("pk")  # type: ignore[attr-defined]
    return rows.annotate(replied=ArraySubquery(replies.values("text")))


def page(search, user, *, bring=lambda rows: rows, after="", size=orders.PAGE):
    """(tickets of one page, where the next one begins or ""). `bring` adds what columns need of other tables. A page from
    which much had to be kept back may be shorter than others, and still there is a next one."""
    place, found = place_of(after, search.order), []
    for _look in range(MOST_LOOKS):
        wanted = size + 1 - len(found)
        looked = search.tickets(place, wanted, bring)
        found += told(looked, search, user)
        if len(found) > size:
            return [ticket for _at, ticket in found[:size]], found[size - 1][0].pack()
        if len(looked) < wanted:
            return [ticket for _at, ticket in found], ""
        place = looked[-1][0]
    return [ticket for _at, ticket in found], place.pack()


def told(looked, search, user):
    """Of (Place, ticket) pairs those that the reader may be told of."""
    return [(at, ticket) for at, ticket in looked if may_be_told(ticket, user, search.words)]


def stream(search, user, *, bring=lambda rows: rows, chunk=500):
    """All of them, chunk by chunk, for a file."""
    place = place_of("", search.order)
    while looked := search.tickets(place, chunk, bring):
        yield [ticket for _at, ticket in told(looked, search, user)]
        place = looked[-1][0]


def chunks_of(rows, chunk):
    found = rows.iterator(chunk_size=chunk)
    while tickets := list(islice(found, chunk)):
        yield tickets


def narrowed(rows, asked, user):
    """Of these tickets, which the reader may see, those that fit the whole question, without order. Where something in
    them is hidden from him these are too many: `page` and `stream` look at each."""
    rows = asking.narrowed(rows, asked, user)
    return rows.filter(everywhere(asked)) if asked.has_words else rows
