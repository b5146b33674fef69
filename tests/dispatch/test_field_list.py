"""The field list: in the order of a route, as its reader may read it, on paper and on a phone."""
import random
import re
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.instant import database_now
from dispatch import reminders
from dispatch.fieldwork import route, stops
from tests import factories
from tests.crowds import cost, signed_in
from tests.factories import unit
from tickets import intake
from tickets.models import Sighting, Ticket

PAGE = "/desk/unit/field-list/"
PLACES = [("CHJD", "中心广场"), ("CHJD-01", "湖滨路5号"), ("CHJD-01", "湖滨路12号"), ("CHJD-02", "书院街1号"),
          ("WJJD-01", "江畔小区3栋2单元"), ("WJJD-01", "江畔小区3栋11单元"), ("WJJD-01", "江畔小区12栋1单元")]


def opened(user, tickets, *, status=200, **query):
    answer = signed_in(user).get(PAGE, {"t": [ticket.ticket_no for ticket in tickets], **query})
    assert answer.status_code == status
    return answer.content.decode()


def numbers(page):
    return re.findall(r'id="stop-(\d{13})"', page)


def part(page, ticket):
    return page.split(f'id="stop-{ticket.ticket_no}"')[1].split("</article>")[0]


def moves(page, ticket):
    """The addresses that move a stop up or down."""
    return [url.replace("&amp;", "&") for url in re.findall(r'href="([^"]+#stop-\d+)"', part(page, ticket))]


def scattered(p, **fields):
    return [factories.in_hand(p, area=unit(code), address=address, **fields) for code, address in PLACES]


# --- the order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("addresses", [
    ["5号", "12号", "101号"], ["3栋2单元", "3栋11单元", "12栋1单元"], ["Ａ座", "a座2", "a座１０"], ["路 2 号", "路12号"],
    ["9" * 17, "9" * 18],
])
def test_numbers_in_an_address_stand_by_their_size(addresses):
    shuffled = addresses[::-1]

    assert sorted(shuffled, key=route.natural) == addresses


def test_the_route_goes_street_by_street_community_by_community_house_by_house(p):
    made = scattered(p)
    nowhere = factories.in_hand(p)
    Ticket.objects.filter(pk=nowhere.pk).update(area=None)
    asked = [*made, nowhere]
    random.Random(7).shuffle(asked)

    page = opened(p.li, asked)

    assert numbers(page) == [ticket.ticket_no for ticket in [*made, nowhere]]
    assert page.count('id="street-') == 3


def test_an_order_of_ones_own_lives_in_the_address_and_can_be_given_up(p):
    first, second, third = made = scattered(p)[:3]
    page = opened(p.hd, made, back="/desk/unit/?list=handling")
    [down] = moves(page, first)

    assert parse_qs(urlsplit(down).query) == {
        "t": [f"{second.ticket_no},{first.ticket_no},{third.ticket_no}"], "back": ["/desk/unit/?list=handling"]}
    assert urlsplit(down).fragment == f"stop-{first.ticket_no}"
    moved = signed_in(p.hd).get(down).content.decode()
    assert numbers(moved) == [second.ticket_no, first.ticket_no, third.ticket_no]
    again = re.search(rf'href="({PAGE}\?t=\d+&amp;t=[^"]+)"', moved)[1].replace("&amp;", "&")
    assert numbers(signed_in(p.hd).get(again).content.decode()) == [ticket.ticket_no for ticket in made]
    assert [len(moves(moved, ticket)) for ticket in (second, first, third)] == [1, 2, 1]
    assert numbers(signed_in(p.hd).get(moves(moved, first)[0]).content.decode()) == [ticket.ticket_no for ticket in made]


def test_the_list_of_the_unit_leads_there(p):
    ticket = factories.dispatched(p)

    for user, desk in ((p.li, "/desk/unit/?list=sign"), (p.hd, "/desk/unit/?list=sign"), (p.ul, "/desk/unit-board/?list=late")):
        assert f'formaction="{PAGE}"' in signed_in(user).get(desk).content.decode(), desk
    assert PAGE not in signed_in(p.li).get("/desk/unit/?list=handling").content.decode(), "nothing to tick"
    assert PAGE not in signed_in(p.dp).get("/desk/dispatch/?list=unsigned").content.decode()
    assert ticket.ticket_no in opened(p.ul, [ticket], back="//evil.example/")
    assert 'href="//evil.example/"' not in opened(p.ul, [ticket], back="//evil.example/")


# --- who reads what -------------------------------------------------------------------------------------------------


def test_the_handler_can_dial_and_the_leader_reads_a_masked_number(p):
    ticket = factories.in_hand(p, caller_name="欧阳建国", contact_phone="13912345678")

    his, hers = opened(p.hd, [ticket]), opened(p.ul, [ticket])

    assert 'href="tel:13912345678"' in his
    assert "欧阳先生" in his and "欧阳建国" not in his
    assert "139****5678" in hers and "13912345678" not in hers and "tel:" not in hers
    assert "江畔小区3栋" in his


def test_a_number_that_is_not_to_be_seen_yet_is_masked(p):
    ticket = factories.dispatched(p, contact_phone="13912345678")

    assert "tel:" not in opened(p.li, [ticket])


def test_an_extension_is_not_dialled_along(p):
    ticket = factories.in_hand(p, contact_phone="0513-85001234-8012")

    assert 'href="tel:051385001234"' in opened(p.li, [ticket])


def test_of_a_confidential_ticket_neither_person_nor_house_is_told_and_the_sheet_is_marked(p):
    ticket = factories.in_hand(p, caller_name="司马相如", contact_phone="13812345678", is_confidential=True,
                               area=unit("WJJD-01"), address="江畔小区9栋", title="司马相如反映江畔小区9栋漏水")
    usual = factories.in_hand(p)

    page = opened(p.li, [ticket, usual])

    for hidden in ("司马", "13812345678", "138****5678", "9栋", 'href="tel:13812345678'):
        assert hidden not in page, hidden
    assert "江畔社区" in part(page, ticket)
    assert 'id="watermark"' in page and p.li.display_name in page and f"{ticket.ticket_no}</text>" in page
    assert 'id="watermark"' not in opened(p.li, [usual])


def test_a_house_that_is_withheld_does_not_show_in_the_order(p):
    near, far = (SimpleNamespace(area=None, ticket_no=no) for no in ("2", "1"))

    assert sorted([near, far], key=lambda one: route.key(one, "")) == [far, near]
    known, hidden = SimpleNamespace(area=None, ticket_no="9"), SimpleNamespace(area=None, ticket_no="1")
    assert route.key(known, "9栋") < route.key(hidden, "")


def test_tickets_of_others_and_nonsense_vanish_without_a_word(p):
    mine, foreign = factories.in_hand(p), factories.dispatched(p, to="WJ", title="别的单位的事")

    page = opened(p.li, [mine, foreign], x="1")
    odd = signed_in(p.li).get(PAGE, {"t": ["x", "1" * 40, "２０２６", "", ",,", "' OR 1=1", foreign.ticket_no]})

    assert numbers(page) == [mine.ticket_no]
    assert "别的单位的事" not in page
    assert odd.status_code == 200 and numbers(odd.content.decode()) == []
    assert not Sighting.objects.filter(ticket=foreign).exists()


def test_a_handler_sees_what_was_given_to_him_or_to_nobody(p):
    other, ticket = factories.make_user("HD", "ZJ"), factories.in_hand(p)
    Ticket.objects.filter(pk=ticket.pk).update(handler_ids=[other.pk])

    assert numbers(opened(p.hd, [ticket])) == []
    assert numbers(opened(other, [ticket])) == [ticket.ticket_no]


@pytest.mark.parametrize("role", ["op", "rv", "dp", "sv", "cb", "au", "ad", "ke"])
def test_it_is_for_units_only(p, role):
    assert signed_in(getattr(p, role)).get(PAGE).status_code == 403


def test_opening_it_is_reading_its_tickets(p):
    phone, none = factories.in_hand(p), factories.in_hand(p, is_confidential=True)

    opened(p.li, [phone, none])

    assert set(Sighting.objects.filter(user=p.li).values_list("ticket", "how", "in_full")) == {
        (phone.pk, "page", True), (none.pk, "page", False)}


# --- what stands on it ----------------------------------------------------------------------------------------------


def test_each_stop_says_what_comes_next(p):
    now = database_now()
    unsigned, called, uncalled = factories.dispatched(p, now), factories.in_hand(p, now), factories.in_hand(p, now)
    away = factories.replied(p, now)
    factories.replies.record_contact(called.pk, by=p.hd, now=now, method="phone", reached=True)
    reminders.remind(uncalled.pk, by=p.sv, now=now, note="请尽快")

    page = opened(p.li, [unsigned, called, uncalled, away])

    assert f"/tickets/{unsigned.ticket_no}/do/sign/" in part(page, unsigned)
    assert f"/tickets/{uncalled.ticket_no}/do/record_contact/" in part(page, uncalled)
    assert "催办" in part(page, uncalled) and "催办" not in part(page, called)
    assert f"/tickets/{called.ticket_no}/do/submit_reply/" in part(page, called)
    assert "/do/" not in part(page, away) and "当前处理" in part(page, away)
    assert 'class="print-only' in part(page, called)


def test_no_more_than_fifty(p):
    tickets = [factories.in_hand(p) for _number in range(3)]
    many = [str(10 ** 12 + number) for number in range(49)]

    page = signed_in(p.li).get(PAGE, {"t": [*many, *[ticket.ticket_no for ticket in tickets]]}).content.decode()

    assert numbers(page) == [tickets[0].ticket_no]
    assert str(stops.MOST) in page


def test_fifty_stops_cost_what_one_costs(p):
    client, made = signed_in(p.li), [factories.in_hand(p)]
    one = cost(client, f"{PAGE}?t={made[0].ticket_no}")
    for number in range(25):
        made.append(factories.in_hand(p, area=unit(PLACES[number % 7][0]), is_confidential=number % 3 == 0))
        made.append(factories.dispatched(p, co_units=["HB"] if number % 2 else []))

    assert cost(client, f"{PAGE}?{'&'.join(f't={ticket.ticket_no}' for ticket in made[:50])}") == one <= 10


def test_a_draft_of_a_colleague_at_the_hotline_is_no_stop(p):
    draft = intake.register(by=p.op, now=database_now(), **factories.matter())[0]

    assert numbers(opened(p.li, [draft])) == []
