"""What a rule would change: the newest dispatched tickets, once with today's rules and once with this one among them."""
from collections import Counter
from dataclasses import dataclass

from accounts.models import Unit, User
from dispatch import routing
from dispatch.models import RoutingRule
from tickets.models import Category, Ticket

NEWEST = 100


@dataclass(frozen=True)
class Line:
    """One ticket that the reader may see."""

    ticket_no: str
    category: Category | None
    area: Unit | None
    real: Unit
    today: Unit | None
    then: Unit | None

    @property
    def differs(self):
        return self.today != self.then


@dataclass(frozen=True)
class Impact:
    """`lines` are the reader's own tickets. The sums are of all, so that who reads no ticket still sees what he does."""

    lines: list
    total: int
    elsewhere: int
    moves: list  # [(unit today or None, unit then or None, how many)]


def impact(draft, reader, now):
    """A constant number of queries; nothing is written."""
    everything = Ticket.objects.visible_to(User.objects.system())  # counted for everybody, shown to whom visible_to allows
    tickets = list(everything.filter(first_dispatched_at__isnull=False, lead_unit__isnull=False)
                   .select_related("category", "area", "lead_unit", "target_unit").order_by("-registered_at", "-pk")[:NEWEST])
    seen = set(Ticket.objects.visible_to(reader).filter(pk__in=[ticket.pk for ticket in tickets]).values_list("pk", flat=True))
    rules = list(RoutingRule.objects.at(now))
    today = routing.Known(tickets, rules)
    then = today.with_rules([*rules, draft])
    lines, moves = [], Counter()
    for ticket in tickets:
        line = Line(ticket.ticket_no, ticket.category, ticket.area, ticket.lead_unit, first(ticket, today), first(ticket, then))
        moves[(line.today, line.then)] += line.differs
        lines += [line] if ticket.pk in seen else []
    changed = [(before, after, count) for (before, after), count in moves.most_common() if count]
    lines.sort(key=lambda line: not line.differs)
    return Impact(lines, len(tickets), sum(moves.values()), changed)


def first(ticket, known):
    """The unit that the form would have started from, in the hours in which it was dispatched."""
    found = routing.suggested(ticket, ticket.first_dispatched_at, known)
    return found[0].unit if found else None
