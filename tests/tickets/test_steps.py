"""Each of the 43 moves through the door of pages and API: works, refused to others, refused twice, unseen by strangers."""
import pytest
from django.core.exceptions import PermissionDenied

from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.tickets.bodies import body_for
from tests.tickets.model import ACTORS, MOVES, UNIT_ROLES
from tests.tickets.ready import READY
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket, TicketEvent
from tickets.steps import STEPS

ROLES = ("op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl", "ql", "qi", "au", "ke", "ad")
STAYS = {name for name, move in MOVES.items() if move["src"] == [move["dst"]]}
LATER = {"close_unreachable"}  # waits for days first


@pytest.fixture
def p(db):
    people = make.make_people()
    make.make_user("UL", "ZJ", username="leader")
    return people


def take(name, ticket, user, body=None, now=NOON):
    found = Ticket.objects.visible_to(user).get(pk=ticket.pk)
    return steps.take(STEPS[name], found, by=user, body=body_for(name, found, now) if body is None else body, now=now)


def moves_of(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket, is_move=True).order_by("seq").values_list("name", flat=True))


def test_there_is_a_ready_ticket_for_every_move():
    assert set(READY) == set(ACTORS)


@pytest.mark.parametrize("name", READY)
def test_a_step_takes_the_ticket_where_the_specification_says_and_leaves_nothing_for_the_audit(p, name):
    audited.with_all_triggers()
    begin, who = READY[name]
    ticket = begin(p)
    ticket.refresh_from_db()
    before = moves_of(ticket)
    assert ticket.state in MOVES[name]["src"]

    taken = take(name, ticket, getattr(p, who))

    assert taken.proposal is None
    assert taken.ticket.state == MOVES[name]["dst"]
    assert moves_of(ticket) == [*before, name]
    audited.check_deferred()
    assert audited.codes(NOON) <= {"C6"}  # no sweep runs here


@pytest.mark.parametrize("name", [name for name in READY if name not in STAYS])
def test_a_step_that_was_taken_is_not_taken_again(p, name):
    begin, who = READY[name]
    ticket, user = begin(p), getattr(p, who)
    stale = Ticket.objects.get(pk=ticket.pk)
    take(name, ticket, user)
    before = moves_of(ticket)
    if name in ("submit", "merge_into", "transfer_out") and Ticket.objects.get(pk=ticket.pk).state in MOVES[name]["src"]:
        pytest.skip("starts from the state it leads to as well")

    with pytest.raises((AlreadyMoved, PermissionDenied, Ticket.DoesNotExist, Refused)) as refusal:
        steps.take(STEPS[name], stale, by=user, body=body_for(name, stale, NOON), now=NOON)

    assert not isinstance(refusal.value, (PermissionDenied, Refused))
    assert moves_of(ticket) == before


@pytest.mark.parametrize("name", READY)
def test_a_step_is_refused_to_every_other_role_and_leaves_nothing_behind(p, name):
    ticket = READY[name][0](p)
    before = Ticket.objects.filter(pk=ticket.pk).values().get(), moves_of(ticket)
    roles = "op ops" if name == "merge_into" and ticket.state == "draft" else ACTORS[name]
    others = set(ROLES) - set(roles.split()) | ({"op", "ops"} if name == "merge_into" else set())

    for role in sorted(others):
        user = getattr(p, role)
        if Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists():
            with pytest.raises(PermissionDenied):
                take(name, ticket, user)

    assert (Ticket.objects.filter(pk=ticket.pk).values().get(), moves_of(ticket)) == before


@pytest.mark.parametrize("name", [name for name, actors in ACTORS.items() if set(actors.split()) & set(UNIT_ROLES)])
def test_the_same_role_in_another_unit_does_not_even_see_the_ticket(p, name):
    ticket = READY[name][0](p)

    for role in UNIT_ROLES:
        stranger = make.make_user(role.upper(), "JY")
        with pytest.raises(Ticket.DoesNotExist):
            take(name, ticket, stranger)
        with pytest.raises(Ticket.DoesNotExist):
            STEPS[name].run(ticket.pk, by=stranger, now=NOON, **cleaned(name, ticket, stranger))


def cleaned(name, ticket, user):
    form = STEPS[name].bind(Ticket.objects.get(pk=ticket.pk), user, NOON, body_for(name, ticket, NOON))
    assert form.is_valid(), form.errors
    return form.cleaned_data
