"""The clocks, played again from the trail alone, are the clocks of the database."""
import pytest

from tests.api import lives
from tests.factories import make_people
from tickets import replay
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def replayed(ticket):
    ticket = Ticket.objects.get(pk=ticket.pk)
    return ticket, replay.play(ticket, list(ticket.events.order_by("seq")), replay.Known.read())


@pytest.mark.parametrize("state", sorted(lives.IN_STATE))
def test_a_ticket_in_any_state_has_the_clocks_that_its_trail_says(state):
    ticket, played = replayed(lives.IN_STATE[state](make_people()))

    assert list(replay.differences(ticket.clocks.order_by("id"), played)) == []
    assert len(played.clocks) == ticket.clocks.count()
