"""GET /tickets/{ticket_no}/suggestions/: the units that the form of a dispatch suggests."""
import pytest

from tests import factories as make
from tests.api.test_openapi import conforms
from tests.dispatch.routes import rule, ruled
from tests.factories import unit
from tickets.models import Ticket


def address(ticket):
    return f"/api/v1/tickets/{ticket.ticket_no}/suggestions/"


def test_units_reasons_and_rulings_are_told_as_promised(people, api):
    rule(people, co_unit_codes=["HB"])
    earlier = ruled(people)
    ticket = make.in_dispatch(people)
    client = api(people.dp)

    answer = client.get(address(ticket))

    assert answer.status_code == 200 and answer["ETag"] == f'"{ticket.version}"'
    conforms(client.get("/api/v1/schema/").json(), answer.json(), "Suggestions")
    first, *others = answer.json()["results"]
    assert (first["unit"]["code"], [co["code"] for co in first["co_units"]], first["rulings"]) == ("CG", ["HB"], 1)
    assert first["reasons"] == ["rule of 2026-03-02: 外墙整治 (区住建局)", "1 earlier ruling"]
    assert [one["ticket_no"] for one in first["newest_rulings"]] == [earlier.ticket.ticket_no]
    assert [one["unit"]["code"] for one in others] == ["ZJ", "WJJD"]


@pytest.mark.parametrize("role", ["op", "rv", "cb", "li", "ul", "hd", "ad", "au", "ke", "qi"])
def test_who_does_not_dispatch_gets_none(people, api, role):
    assert api(getattr(people, role)).get(address(make.dispatched(people))).status_code == 403


def test_a_ticket_out_of_sight_is_not_there(people, api):
    ticket = make.in_dispatch(people)
    Ticket.objects.filter(pk=ticket.pk).update(registered_team=unit("RX"))

    assert api(people.ops).get(address(ticket)).status_code == 404
    assert api().get(address(ticket)).status_code == 401
