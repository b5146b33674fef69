"""One list as an address asks for it, and everything that its page shows."""
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, Value
from django.utils.translation import gettext as _

from tickets import bulk, columns, due, filters, list_forms, orders
from tickets.disclosure import MAY_ASK
from tickets.finding import asked as asking
from tickets.finding import hits, shown
from tickets.models import ListChoice, SavedView
from tickets.states import OPEN

MOST_VIEWS = 40  # beside the lists of one desk
KNOWN = ("list", "view", "sort", *filters.NAMES)


@dataclass(frozen=True)
class Tile:
    title: str
    url: str
    count: object
    edge: str
    is_here: bool
    is_view: bool = False
    whose: str = ""


class Listing:
    """What of a desk one user asked for. Reads his views of the desk and his columns: two queries."""

    def __init__(self, desk, user, query, path, now):
        self.desk, self.user, self.path, self.now = desk, user, path, now
        self.work = desk.list_named(query.get("list"))
        self.views = views_of(desk, user)
        self.view = next((view for view in self.views
                          if str(view.pk) == query.get("view") and view.list == self.work.name), None)
        self.filters = filters.FilterForm(query, opens=self.work.opens)
        self.wanted = self.filters.wanted
        asked = self.wanted.get("q", "") if self.work.opens else ""
        self.asked = asking.understood(asked, user) if asked else asking.Asked()
        self.sorting = self.order(query.get("sort", ""))
        self.after = query.get("after", "")
        self.kept = {name: query[name] for name in KNOWN if query.get(name) and name not in self.filters.errors}
        if "view" in self.kept and self.view is None:
            del self.kept["view"]
        self.columns = columns.chosen(self.column_names(), user, self.work)

    @property
    def choice_name(self):
        return f"view.{self.view.pk}" if self.view else f"{self.desk.name}.{self.work.name}"

    def column_names(self):
        choice = ListChoice.objects.filter(user=self.user, name=self.choice_name).first()
        return choice.columns if choice else self.view.columns if self.view else None

    def order(self, asked):
        """What is found by words stands in an order of its own, unless another one is asked for by somebody from whom
        nothing is hidden in tickets."""
        given = orders.sorting_of(self.work, asked)
        if self.asked.has_words and (not given.asked or not self.user.has_role(*MAY_ASK)):
            return hits.sorting_of(hits.NEWEST if asked == hits.NEWEST else hits.BEST, asked if asked == hits.NEWEST else "")
        return given

    @property
    def search(self):
        """The search for words, if that is how this list is found and ordered."""
        if self.sorting.name not in hits.ORDERS:
            return None
        others = {name: value for name, value in self.wanted.items() if name != "q"}
        rows = filters.narrowing(others, self.user)(self.work.rows(self.user, self.now))
        return hits.Search(asking.narrowed(rows, self.asked, self.user), self.asked, self.sorting.name)

    @property
    def rows(self):
        """All tickets of the list that fit the filters, without order."""
        rows = self.work.rows(self.user, self.now)
        if self.asked.terms:
            rows = hits.narrowed(rows, self.asked, self.user)
        wanted = {name: value for name, value in self.wanted.items() if name != "q" or not self.asked.terms}
        return filters.narrowing(wanted, self.user, opens=self.work.opens)(rows)

    def bring(self, rows):
        return columns.bringing(rows, self.columns)

    def page(self):
        """(tickets of this page, where the next one begins or "")."""
        if search := self.search:
            return hits.page(search, self.user, bring=self.bring, after=self.after)
        rows = self.bring(self.rows)
        return orders.page(hits.with_replies(rows) if self.asked.words else rows, self.sorting, after=self.after)

    def chunks(self, size):
        """All tickets in the order of the list, so many at a time."""
        if search := self.search:
            return hits.stream(search, self.user, bring=self.bring, chunk=size)
        return hits.chunks_of(orders.ordered(self.bring(self.rows), self.sorting), size)

    @property
    def query(self):
        """Filters and order, to be saved under a name."""
        return urlencode(self.wanted | ({"sort": self.sorting.asked} if self.sorting.asked else {}))

    def address(self, **changes):
        """This list with something else asked for; None takes a part away."""
        asked = self.kept | changes
        return f"{self.path}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def here(self):
        return self.address(after=self.after)

    @property
    def reset(self):
        return self.address(**dict.fromkeys((*filters.NAMES, "sort", "view")))


def views_of(desk, user):
    """His own first, then what others share with him; of lists that the desk still has."""
    known = [work.name for work in desk.lists]
    found = SavedView.objects.visible_to(user).filter(desk=desk.name, list__in=known).select_related("owner")
    return sorted(found.order_by("pk")[:MOST_VIEWS], key=lambda view: (view.owner_id != user.pk, view.name))


def counts(listing):
    """{WorkList or SavedView: length} of the desk's lists and of its views, all in one query."""
    desk, user, now = listing.desk, listing.user, listing.now
    wanted = [(work, work.rows(user, now)) for work in desk.lists if work.counted]
    for view in listing.views:
        work, narrow = desk.list_named(view.list), filters.wanted_of(view.query)
        if "q" in narrow:
            continue  # it would be a search through all history, and could tell what is hidden from its reader
        if work.counted or narrow.get("state") in OPEN:  # never a count over all history
            wanted.append((view, filters.narrowing(narrow, user, opens=work.opens)(work.rows(user, now))))
    parts = [rows.order_by().annotate(which=Value(place, IntegerField())).values("which").annotate(n=Count("pk"))
             for place, (_what, rows) in enumerate(wanted)]
    found = {row["which"]: row["n"] for row in parts[0].union(*parts[1:], all=True)} if parts else {}
    return {what: found.get(place, 0) for place, (what, _rows) in enumerate(wanted)}


def tiles(listing):
    """The lists of the desk, then the views. A change of list keeps the filters, unless they are those of a view."""
    if len(listing.desk.lists) == 1 and not listing.views:
        return []
    lengths = counts(listing)
    kept = {} if listing.view else {name: value for name, value in listing.kept.items() if name != "list"}
    own = [
        Tile(work.title, f"{listing.path}?{urlencode(kept | {'list': work.name})}", lengths.get(work, "…"),
             f"e-{work.edge}" if work.edge else "", work is listing.work and not listing.view)
        for work in listing.desk.lists
    ]
    return own + [
        Tile(view.name, f"{listing.path}?{view.query}{'&' if view.query else ''}list={view.list}&view={view.pk}",
             lengths.get(view, "…"), "", view == listing.view, True,
             "" if view.owner_id == listing.user.pk else view.owner.display_name)
        for view in listing.views
    ]


def heads(listing):
    """The heads of the columns: label, where a click leads, and how the list is sorted by it now."""
    yield head(listing, _("Ticket"), "number")
    for column in listing.columns:
        yield head(listing, column.label, column.order)


def head(listing, label, order):
    if not order or not listing.work.opens and order not in orders.KEPT:
        return {"label": label, "url": "", "sorted": ""}
    url = listing.address(sort=listing.sorting.next_click(order))
    direction = "descending" if listing.sorting.falling else "ascending"
    return {"label": label, "url": url, "sorted": direction if listing.sorting.name == order else ""}


def context(listing, **bound):
    """`bound` are forms that were sent and came back with errors, by the name of their panel."""
    tickets, following = listing.page()
    rows = [replace(row, quick=bulk.quick(listing.work.quick(row.ticket), row.ticket, listing.user),
                    **shown.row(row.ticket, row.title, listing.asked, listing.user))
            for row in columns.rows_of(tickets, listing.user, listing.now, listing.work, listing.columns)]
    several = bulk.bar(tickets, listing.user, listing.desk.papers) if listing.work.opens else []
    has_quick = any(row.quick for row in rows)
    return {
        "desk": listing.desk,
        "work": listing.work,
        "view": listing.view,
        "tiles": tiles(listing),
        "heads": list(heads(listing)),
        "groups": due.groups(rows, listing.sorting, listing.now),
        "several": several,
        "has_quick": has_quick,
        "width": len(listing.columns) + 1 + bool(several) + has_quick,
        "filters": listing.filters,
        "asked": shown.summary(listing) if listing.asked.text else None,
        "is_narrowed": bool(listing.wanted),
        "kept": [(name, listing.kept[name]) for name in ("list", "view", "sort") if name in listing.kept],
        "now": listing.now,
        "path": listing.path,
        "here": listing.here,
        "reset": listing.reset,
        "first": listing.address() if listing.after else "",
        "following": listing.address(after=following) if following else "",
        "panels": list_forms.panels(listing, bound),
    }
