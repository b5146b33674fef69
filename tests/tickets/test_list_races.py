"""Several people, or several windows of one, at the same lists at the same moment. A module of its own: these tests commit."""
import pytest

from tests import factories
from tests.factories import NOON
from tests.racing import lost, race, won
from tests.tickets.test_saved_views import view_of
from tests.tickets.test_several import send
from tickets import list_actions
from tickets.models import SavedView, TicketEvent
from tickets.saved_views import LIMIT

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_windows_cannot_add_the_last_view_both():
    user = factories.make_user()
    for number in range(LIMIT - 1):
        view_of(user, name=f"视图{number}")

    def add(name):
        return lambda: list_actions.save_view(by=user, now=NOON, desk="all", work="all", name=name, query="", columns=[])

    results = race(add("甲"), add("乙"), add("丙"))

    assert len(won(results)) == 1
    assert lost(results) == ["Refused", "Refused"]
    assert SavedView.objects.count() == LIMIT


def test_of_two_who_send_the_same_tickets_each_ticket_goes_once():
    p = factories.make_people()
    other = factories.make_user("DP", "RX")
    tickets = [factories.in_dispatch(p) for _number in range(5)]
    pairs = [f"{ticket.ticket_no}:{ticket.version}" for ticket in tickets]

    outcomes = race(*[lambda user=user: send(user, "dispatch", pairs, lead_unit="ZJ")[1] for user in (p.dp, other, p.dp)])

    assert lost(outcomes) == [], [repr(outcome) for outcome in outcomes]
    for ticket in tickets:
        assert TicketEvent.objects.filter(ticket=ticket, name="dispatch").count() == 1
        assert "已完成" in {said[ticket.ticket_no][0] for said in outcomes}
        assert {said[ticket.ticket_no][0] for said in outcomes} <= {"已完成", "已变化"}
