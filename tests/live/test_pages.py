"""Pages that follow what others do, in a real browser on the real server."""
import os
import re
import time

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from dispatch import replies
from tests import factories as make
from tickets import intake
from tickets.actions import record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REGIONS = ("head", "facts", "panels", "story", "side")
NORMAL = """(id) => {
  const copy = document.getElementById(id).cloneNode(true);
  copy.querySelectorAll("[name=csrfmiddlewaretoken], .people, #held .card-body").forEach((one) => one.remove());
  copy.querySelectorAll("[data-left]").forEach((one) => { one.textContent = ""; });
  copy.querySelectorAll("details").forEach((one) => { one.open = false; });
  copy.querySelectorAll("[data-now]").forEach((one) => one.removeAttribute("data-now"));
  copy.querySelectorAll("*").forEach((one) => { ["class", "data-who", "style"].forEach((name) => { if (name !== "class") one.removeAttribute(name); else if (!one.getAttribute(name)) one.removeAttribute(name); });
    one.classList.remove("htmx-added", "htmx-settling", "htmx-swapping"); if (!one.className) one.removeAttribute("class"); });
  return copy.innerHTML.replace(/\\s+/g, " ").replace(/> </g, "><").trim();
}"""


def shown(page, *regions):
    return {region: page.evaluate(NORMAL, region) for region in regions}


def equals_a_reload(someone, *regions):
    """The page as it became, and the page as a reload shows it, region by region."""
    expect(someone.page.locator(".htmx-swapping, .htmx-settling, .htmx-request")).to_have_count(0)
    before = shown(someone.page, *regions)
    someone.page.reload()
    someone.page.wait_for_load_state("networkidle")
    after = shown(someone.page, *regions)
    for region in regions:
        at = len(os.path.commonprefix([before[region], after[region]]))
        assert before[region] == after[region], (region, before[region][at - 80:at + 120], after[region][at - 80:at + 120])


def test_new_work_appears_in_the_list_within_two_seconds(people, seat):
    dispatcher = seat(people.dp).opens("/desk/dispatch/")

    ticket = make.in_dispatch(people, database_now())
    begun = time.monotonic()
    expect(dispatcher.page.locator(f"#t-{ticket.ticket_no}")).to_be_visible(timeout=15_000)
    took = time.monotonic() - begun

    print(f"new work was seen after {took:.2f} s")
    assert took < 2
    equals_a_reload(dispatcher, "desk")
    assert dispatcher.complaints == []


def test_a_bar_says_what_changed_and_by_whom_and_the_page_equals_a_reload(people, seat):
    ticket = make.in_review(people, database_now())
    reviewer = seat(people.rv).opens(f"/tickets/{ticket.ticket_no}/")

    intake.approve(ticket.pk, by=people.dp if people.dp.has_role("RV") else make.make_user("RV"), now=database_now())

    expect(reviewer.page.locator("#news .alert")).to_contain_text("approved it for dispatch", timeout=15_000)
    equals_a_reload(reviewer, *REGIONS)
    assert reviewer.complaints == []


def test_what_i_did_in_another_window_refreshes_without_a_bar(people, seat):
    ticket = make.in_review(people, database_now())
    reviewer = seat(people.rv).opens(f"/tickets/{ticket.ticket_no}/")

    intake.approve(ticket.pk, by=people.rv, now=database_now())

    expect(reviewer.page.locator("#head")).to_contain_text("Awaiting dispatch", timeout=15_000)
    expect(reviewer.page.locator("#news .alert")).to_have_count(0)


def open_form(someone, ticket, step):
    someone.opens(f"/tickets/{ticket.ticket_no}/")
    someone.page.click(f"#side a[href$='/do/{step}/']")
    expect(someone.form(step)).to_be_visible()
    return someone.form(step)


def test_typed_text_is_merged_field_by_field_and_my_later_answer_counts(people, seat):
    """Given a form in which I typed, when a colleague changes the ticket, then mine stays, hers comes, and I may send it."""
    ticket = make.draft(people, database_now())
    operator = seat(people.op)
    form = open_form(operator, ticket, "submit")
    operator.types("submit", target="物业公司二部", demand="请尽快上门")
    version = form.locator("[name=version]").input_value()

    record(ticket.pk, "change_urgency", by=people.op, now=database_now(), target="江畔物业", address="江畔小区9栋")

    expect(form.locator("[name=address]")).to_have_value("江畔小区9栋", timeout=15_000)
    expect(form.locator("[name=target]")).to_have_value("物业公司二部")
    expect(form.locator("[name=demand]")).to_have_value("请尽快上门")
    hint = form.locator("[data-meanwhile=target]")
    expect(hint).to_contain_text("江畔物业")
    expect(form.locator("[data-meanwhile]")).to_have_count(1)
    assert form.locator("[name=version]").input_value() != version
    hint.locator("button").click()
    expect(form.locator("[name=target]")).to_have_value("江畔物业")
    form.locator("button.btn").last.click()
    operator.page.wait_for_url(re.compile(rf"/tickets/{ticket.ticket_no}/$"))
    ticket.refresh_from_db()
    assert (ticket.address, ticket.target, ticket.demand) == ("江畔小区9栋", "江畔物业", "请尽快上门")
    assert operator.page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('work:'))") == []


def test_a_step_that_is_gone_keeps_the_text_to_copy(people, seat):
    ticket = make.in_hand(people, database_now())
    handler = seat(people.hd)
    open_form(handler, ticket, "record_contact")
    handler.types("record_contact", note="电话已打三次,无人接听")

    replies.record_contact(ticket.pk, by=people.ul, now=database_now(), method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=people.ul, now=database_now(), **make.reply_block())

    expect(handler.page.locator("#work [role=alert]")).to_be_visible(timeout=15_000)
    expect(handler.page.locator("#work textarea.copy").first).to_have_value(re.compile("三次"))
    expect(handler.page.locator("#news")).to_contain_text(str(people.ul))


def test_the_second_of_two_is_told_what_changed_and_by_whom_and_loses_nothing(people, seat):
    """Without a stream (cut by a proxy), so that only the answer to the POST can say it."""
    ticket = make.in_review(people, database_now())
    reviewer = seat(people.rv)
    reviewer.page.route("**/live/**", lambda route: route.abort())
    reviewer.opens(f"/tickets/{ticket.ticket_no}/do/return_for_info/", state="")
    reviewer.types("return_for_info", note="缺少楼栋号")

    intake.approve(ticket.pk, by=make.make_user("RV", display_name="甄审核"), now=database_now())
    reviewer.form("return_for_info").locator("button.btn").last.click()

    bar = reviewer.page.locator("#work .alert-warning")
    expect(bar).to_contain_text("甄审核")
    expect(bar).to_contain_text("approved it for dispatch")
    expect(reviewer.page.locator("#work textarea").first).to_have_value(re.compile("缺少楼栋号"))


def test_what_was_typed_survives_a_reload_and_a_log_out_forgets_it(people, seat):
    ticket = make.in_hand(people, database_now())
    handler = seat(people.hd)
    open_form(handler, ticket, "record_contact")
    handler.types("record_contact", note="已约周三上门")

    handler.page.reload()
    handler.page.click("#side a[href$='/do/record_contact/']")

    expect(handler.form("record_contact").locator("[name=note]")).to_have_value("已约周三上门")
    expect(handler.page.locator("#work")).to_contain_text("Restored")
    handler.page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
    handler.page.wait_for_url("**/login/**")
    assert handler.page.evaluate("Object.keys(sessionStorage).length") == 0


def test_somebody_else_is_seen_on_the_page_and_in_the_list_and_goes(people, seat):
    ticket = make.in_hand(people, database_now())
    leader = seat(people.ul).opens(f"/tickets/{ticket.ticket_no}/")
    listing = seat(people.li).opens("/tickets/")

    handler = seat(people.hd).opens(f"/tickets/{ticket.ticket_no}/")

    expect(leader.page.locator("#who-is-here b")).to_contain_text(f"{people.hd} is looking", timeout=15_000)
    expect(listing.page.locator(f"tr:has(#t-{ticket.ticket_no}) .people b")).to_have_count(2, timeout=15_000)
    handler.page.click("#side a[href$='/do/record_contact/']")
    handler.types("record_contact", note="正在联系")
    handler.page.keyboard.type("。")
    expect(leader.page.locator("#who-is-here b")).to_contain_text("is typing", timeout=15_000)
    handler.page.goto("about:blank")
    expect(leader.page.locator("#who-is-here b")).to_have_count(0, timeout=15_000)
