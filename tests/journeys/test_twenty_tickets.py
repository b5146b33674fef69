"""A dispatcher's hour, twenty tickets, by the keyboard alone; and a unit's, by thumb on a phone."""
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from dispatch import requests
from tests import factories
from tests.api import lives
from tests.journeys.conftest import employ
from tests.journeys.hands import PASSWORD
from tickets.models import Ticket
from tickets.states import State

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TOGETHER, ONE_BY_ONE, RETURNED = 6, 12, 2
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
REPLY = "已联系诉求人并上门维修完毕，屋顶防水已重做，请放心。"


def waiting(people, now, number):
    return factories.in_dispatch(people, now - timedelta(seconds=60 - number), title=f"江畔小区{number}栋屋顶漏水")


def test_a_dispatcher_works_through_twenty_tickets_without_the_mouse(seat):
    """Given a full desk, when the dispatcher works with keys only, then every ticket has its unit or its decision."""
    people, now = factories.make_people(), database_now()
    tickets = [waiting(people, now, number) for number in range(TOGETHER + ONE_BY_ONE)]
    for number in range(RETURNED):
        asked = factories.dispatched(people, now - timedelta(seconds=50 - number))
        requests.request_return(asked.pk, by=people.li, now=now - timedelta(seconds=40 - number),
                                suggested_unit=factories.unit("CG"), **lives.RETURN)
        tickets.append(asked)
    assert len(tickets) == 20
    dispatcher = seat("dp", "DP", "RX", "郑派单")
    page = dispatcher.page
    page.wait_for_url("**/desk/dispatch/**")

    for _row in range(TOGETHER):  # the same matter in one street: together
        dispatcher.press("j", "x")
    expect(page.locator("[data-count]")).to_have_text(f"已选 {TOGETHER} 张")
    dispatcher.walks_to("[data-several] [formaction*='/several/dispatch/'], [data-several] button")
    dispatcher.press("Enter").page.wait_for_url(re.compile("/several/dispatch/"))
    dispatcher.reaches("lead_unit").write("ZJ").press("Control+Enter")
    expect(page.locator("main")).to_contain_text(f"共 {TOGETHER} 张，已完成 {TOGETHER} 张")
    assert Ticket.objects.filter(state=State.PENDING_RECEIPT).count() == TOGETHER

    for _ticket in range(ONE_BY_ONE):
        dispatcher.press("g", "d").page.wait_for_url("**/desk/dispatch/**")
        dispatcher.press("j", "Enter").page.wait_for_url(re.compile(r"/tickets/\d+/"))
        dispatcher.opens_step("dispatch").sends()
    assert Ticket.objects.filter(state=State.PENDING_RECEIPT).count() == TOGETHER + ONE_BY_ONE

    for _ticket in range(RETURNED):
        dispatcher.press("g", "d").page.wait_for_url("**/desk/dispatch/**")
        dispatcher.walks_to("a[href*='list=returns']").press("Enter").page.wait_for_url("**list=returns**")
        dispatcher.press("j", "Enter").page.wait_for_url(re.compile(r"/tickets/\d+/"))
        dispatcher.opens_step("approve_return").sends()

    # the last one was dispatched in haste: taken back and given to another unit
    last = tickets[TOGETHER + ONE_BY_ONE - 1]
    dispatcher.finds(last.ticket_no).page.wait_for_url(f"**/tickets/{last.ticket_no}/")
    dispatcher.opens_step("recall").sends()
    dispatcher.opens_step("dispatch").reaches("lead_unit")
    page.keyboard.press("Control+a")
    dispatcher.write("CG").sends()

    assert Ticket.objects.get(pk=last.pk).lead_unit.code == "CG"
    states = list(Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).values_list("state", flat=True))
    assert (states.count(State.PENDING_RECEIPT), states.count(State.PENDING_DISPATCH)) == (18, 2)
    assert page.evaluate("document.documentElement.dataset.mouse") is None
    print(f"keys pressed for 20 tickets: {dispatcher.pressed}; clicks: 0")


def test_a_liaison_works_on_a_phone(district, new_page, site):
    """Given tickets on a phone, when everything is done by thumb, then they are signed, contacted and replied to."""
    people, now = factories.make_people("CG"), database_now()
    dispatched = [factories.dispatched(people, now - timedelta(minutes=5 - number), lead_unit=factories.unit("ZJ"))
                  for number in range(2)]
    employ("li.phone", "LI UL", "ZJ", "王联络")
    page = new_page(**PHONE)
    page.goto(f"{site}/login/")
    page.fill("[name=username]", "li.phone")
    page.fill("[name=password]", PASSWORD)
    page.tap("form .btn-primary")
    page.wait_for_url(lambda url: "login" not in url)

    def fits():
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    def takes(number, step):
        page.goto(f"{site}/tickets/{number}/")
        fits()
        page.locator(f".offers a[href$='/do/{step}/']").tap()
        form = page.locator(f"form[action$='/do/{step}/']")
        expect(form).to_be_visible()
        fits()
        return form

    def sends(form):
        form.locator("button.btn").last.tap()
        if form.locator("dialog.confirm[open]").count():
            form.locator("dialog.confirm [data-yes]").tap()
        expect(page.locator("main > [role=status]")).to_be_visible(timeout=15_000)
        fits()

    page.goto(f"{site}/desk/unit/")
    fits()
    for ticket in dispatched:
        expect(page.locator("main")).to_contain_text(ticket.ticket_no[-5:])
        sends(takes(ticket.ticket_no, "sign"))
        contact = takes(ticket.ticket_no, "record_contact")
        contact.locator("label:has([name=method][value=phone])").tap()
        contact.locator("label:has([name=reached][value=yes])").tap()
        contact.locator("[name=note]").fill("已约定上门")
        sends(contact)
        reply = takes(ticket.ticket_no, "submit_reply")
        for name, value in (("truth", "yes"), ("contacted", "yes"), ("solved", "yes"), ("self_callback", "satisfied")):
            reply.locator(f"label:has([name={name}][value={value}])").tap()
        reply.locator("[name=text]").fill(REPLY)
        sends(reply)
        page.goto(f"{site}/desk/unit/")

    assert {ticket.state for ticket in Ticket.objects.filter(pk__in=[one.pk for one in dispatched])} == {State.REPLY_REVIEW}
