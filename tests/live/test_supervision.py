"""A supervisor watches promises run out, orders the unit to answer, and closes the order; nobody reloads a page."""
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from dispatch.models import SupervisionOrder
from tests import factories as make
from tickets.clocks import Clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RESPONSE = timedelta(hours=2)


def left(people, time):
    """A ticket in hand whose response clock ends in this time: taken in as long ago as it has to be for that."""
    ticket = make.in_hand(people, database_now() + time - RESPONSE)
    clock = Clock.objects.get(ticket=ticket, kind="RESPONSE")
    assert abs(clock.due_at - database_now() - time) < timedelta(seconds=5)
    return ticket


def row_of(someone, ticket):
    return someone.page.locator(f"tr[data-row='{ticket.ticket_no}']")


def test_a_ticket_turns_yellow_and_red_before_the_supervisor_s_eyes_and_an_order_brings_an_answer(people, seat):
    ripe, over = left(people, RESPONSE / 4 + timedelta(seconds=20)), left(people, timedelta(seconds=25))
    watching = seat(people.sv).opens("/tickets/")
    expect(row_of(watching, ripe).locator(".t-green[data-due]")).to_be_visible()
    expect(row_of(watching, over).locator(".t-orange[data-due]")).to_be_visible()

    expect(row_of(watching, ripe).locator(".t-yellow[data-due]")).to_be_visible(timeout=30_000)
    expect(row_of(watching, over).locator(".t-red[data-due]")).to_be_visible(timeout=30_000)

    watching.opens("/desk/supervision/?list=late")
    row_of(watching, over).get_by_role("link", name="Issue a supervision order").click()
    watching.form("issue_supervision").locator("[name=kind]").select_option("overdue")
    send(watching, "issue_supervision", text="两小时内没有联系群众，请立即联系并说明原因。")

    answering = seat(people.ul).opens("/desk/unit-board/?list=orders")
    waiting = seat(people.sv).opens("/desk/supervision/?list=answered")
    row_of(answering, over).get_by_role("link", name="Answer the supervision order").click()
    send(answering, "answer_supervision", text="已联系群众并致歉，今天上门。")

    row_of(waiting, over).get_by_role("link", name="Close the supervision order").click(timeout=15_000)
    send(waiting, "close_supervision", note="已答复")
    assert SupervisionOrder.objects.get(ticket=over).status == SupervisionOrder.Status.CLOSED
    assert not Clock.objects.filter(ticket=over, kind="SUPERVISION", status="running").exists()


def send(someone, step, **fields):
    form = someone.form(step)
    expect(form).to_be_visible()
    someone.types(step, **fields)
    form.locator("button.btn").last.click()
    expect(form).to_have_count(0)
