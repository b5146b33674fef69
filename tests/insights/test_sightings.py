"""Each time a ticket's content leaves the server somebody is written down; supervisors and the auditor may ask who."""
import pytest
from django.db import InternalError, transaction
from django.test import Client

from tests import factories
from tests.crowds import signed_in
from tickets.models import Sighting

pytestmark = pytest.mark.django_db


def seen(ticket):
    return list(ticket.sightings.order_by("pk").values_list("user__username", "how", "in_full"))


def test_a_page_an_answer_of_the_api_and_a_file_are_written_down():
    p = factories.make_people()
    ticket = factories.in_hand(p)
    signed_in(p.sv).get(f"/tickets/{ticket.ticket_no}/")
    signed_in(p.hd).get(f"/tickets/{ticket.ticket_no}/")  # of the unit that has it in hand: name and phone in full
    signed_in(p.dp).get(f"/api/v1/tickets/{ticket.ticket_no}/")
    assert list(signed_in(p.rv).post("/tickets/", {"act": "export", "reason": "核对"}))
    signed_in(p.sv).post(f"/tickets/{ticket.ticket_no}/reveal/", {"reason": "核实身份"})

    assert seen(ticket) == [(p.sv.username, "page", False), (p.hd.username, "page", True), (p.dp.username, "api", False),
                            (p.rv.username, "file", False), (p.sv.username, "page", True)]


def test_who_may_not_read_it_is_not_written_down_as_a_reader():
    p = factories.make_people()
    ticket, stranger = factories.in_hand(p), factories.make_user("LI", "CG")

    assert signed_in(stranger).get(f"/tickets/{ticket.ticket_no}/").status_code == 404
    assert seen(ticket) == []


def test_a_row_is_neither_changed_nor_deleted():
    p = factories.make_people()
    signed_in(p.sv).get(f"/tickets/{factories.in_hand(p).ticket_no}/")

    for act in (lambda: Sighting.objects.update(in_full=True), lambda: Sighting.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            act()


def test_supervisor_and_auditor_read_the_list_and_nobody_else():
    p = factories.make_people()
    ticket = factories.in_hand(p)
    address = f"/tickets/{ticket.ticket_no}/seen/"
    signed_in(p.hd).get(f"/tickets/{ticket.ticket_no}/")

    for person in (p.sv, p.au):
        page = signed_in(person).get(address)
        assert page.status_code == 200
        assert p.hd.username in page.content.decode()
        assert ticket.title not in page.content.decode()
    assert {signed_in(person).get(address).status_code for person in (p.op, p.hd, p.ul, p.dl, p.ad)} == {403}
    assert Client().get(address).status_code == 302
    assert signed_in(p.au).get("/tickets/2026010100001/seen/").status_code == 404


def test_the_list_costs_the_same_for_many_readers(django_assert_max_num_queries):
    p = factories.make_people()
    ticket = factories.in_hand(p)
    for person in (p.sv, p.dp, p.rv, p.op, p.hd, p.li, p.ul, p.dl):
        for _time in range(8):
            signed_in(person).get(f"/tickets/{ticket.ticket_no}/")
    client = signed_in(p.sv)
    client.get(f"/tickets/{ticket.ticket_no}/seen/")

    with django_assert_max_num_queries(10):
        assert client.get(f"/tickets/{ticket.ticket_no}/seen/?page=2").status_code == 200


def test_a_confidential_ticket_carries_its_reader_s_name_all_over_the_page():
    p = factories.make_people()
    secret, plain = factories.in_hand(p, type="report", is_confidential=True), factories.in_hand(p)
    client = signed_in(p.hd)

    assert f"{p.hd.display_name} {p.hd.username} ·" in client.get(f"/tickets/{secret.ticket_no}/").content.decode()
    assert 'id="watermark"' not in client.get(f"/tickets/{plain.ticket_no}/").content.decode()
