"""The ticket page: its regions, one time line, what is asked before what cannot be undone, and the way back."""
import re

import pytest
from django.core.cache import cache

from tests import factories
from tests.api import lives
from tests.crowds import cost, signed_in
from tickets import consequences
from tickets.steps import STEPS

REGIONS = ("news", "head", "facts", "work", "panels", "story", "side", "clocks", "offers")


@pytest.fixture
def p(crowd, db):
    cache.clear()
    return crowd


def address(ticket, *more):
    return "/".join(["/tickets", ticket.ticket_no, *more, ""])


def entries(page):
    return page[page.index('<ol class="story"'):].split("</ol>", 1)[0].count("<time")


def test_the_page_has_its_regions_once_each(p):
    page = signed_in(p.li).get(address(factories.in_hand(p))).content.decode()

    assert {name: len(re.findall(rf'id="{name}"', page)) for name in REGIONS} == dict.fromkeys(REGIONS, 1)


def test_the_story_holds_people_deadlines_and_notices_in_one_line(p):
    ticket, client = factories.in_hand(p), signed_in(p.sv)
    whole = client.get(address(ticket)).content.decode()
    parts = {kind: client.get(f"{address(ticket)}?story={kind}").content.decode() for kind in ("people", "deadlines", "notices")}

    assert all(entries(part) for part in parts.values())
    assert sum(entries(part) for part in parts.values()) == entries(whole)
    assert "签收" in parts["people"]
    assert "开始计时" in parts["deadlines"]
    assert "通知" in parts["notices"]
    assert entries(client.get(f"{address(ticket)}?story=nonsense").content.decode()) == entries(whole)


def test_the_filters_of_the_story_are_links_and_say_how_much_there_is(p):
    ticket = factories.in_hand(p)
    page = signed_in(p.sv).get(f"{address(ticket)}?story=deadlines").content.decode()

    counts = [int(number) for number in re.findall(r'href="[^"]*"[^>]*>\S+ <span class="num">(\d+)</span></a>', page)]
    assert counts[0] == sum(counts[1:])
    assert f'href="{address(ticket)}?story=deadlines"' in page
    assert entries(page) == counts[2]


def test_a_unit_does_not_read_whom_the_hotline_told_nor_a_text_messages_code(p):
    ticket = factories.in_hand(p, contact_phone="13912345678")
    page = signed_in(p.li).get(f"{address(ticket)}?story=notices").content.decode()

    assert p.sv.display_name not in page
    assert "短信告知诉求人" in page
    assert "查询码" not in page


def test_what_is_likely_stands_first_and_what_is_grave_apart(p):
    page = signed_in(p.li).get(address(factories.in_hand(p))).content.decode()
    groups = re.split(r'<div class="(?:likely|other|grave)">', page[page.index('id="offers"'):])[1:]

    assert re.search(r"/do/(\w+)/", groups[0])[1] == "record_contact"  # its clock is running
    assert any("/do/submit_reply/" in group for group in groups)


@pytest.mark.parametrize("name", consequences.CONSEQUENCES)
def test_a_consequence_belongs_to_a_step(name):
    assert name in STEPS
    assert consequences.of(STEPS[name], "act")
    assert consequences.of(STEPS[name], "propose") == ""


def test_what_cannot_be_undone_is_asked_about_on_a_page_of_its_own_without_javascript(p):
    ticket, client = lives.IN_STATE["draft"](p), signed_in(p.op)
    form = client.get(address(ticket, "do", "void_draft")).content.decode()
    assert str(consequences.CONSEQUENCES["void_draft"]) in form
    assert '<input type="hidden" name="understood" value=""' in form
    body = {"reason": "重复登记", "version": ticket.version}

    asked = client.post(address(ticket, "do", "void_draft"), body | {"understood": ""}).content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "draft"
    assert 'value="重复登记"' in asked
    assert 'name="understood" value="1"' in asked

    client.post(address(ticket, "do", "void_draft"), body | {"understood": "1"})
    ticket.refresh_from_db()
    assert ticket.state == "cancelled"


def test_a_dispatch_can_be_taken_back_from_the_message_that_tells_of_it(p):
    ticket = factories.in_dispatch(p)
    body = {"lead_unit": "ZJ", "opinion": "请速办", "version": ticket.version}

    page = signed_in(p.dp).post(address(ticket, "do", "dispatch"), body, follow=True).content.decode()

    assert re.search(rf'<a href="{address(ticket, "do", "recall")}">.*?撤销</a>', page)


def test_what_has_no_way_back_offers_none(p):
    ticket = factories.in_hand(p)

    page = signed_in(p.li).post(address(ticket, "do", "record_progress"), {"text": "现场处理中"}, follow=True).content.decode()

    assert "toast-in" in page
    assert "撤销</a>" not in page


def test_the_page_stays_within_twenty_queries_when_nothing_is_kept(p):
    client = signed_in(p.sv)
    ticket = factories.in_hand(p)

    assert cost(client, address(ticket), first=True) <= 20
