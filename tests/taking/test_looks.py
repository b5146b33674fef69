"""What the screen warns of: numbers in a confidential text, an impossible age, and what is critical."""
import re

import pytest

from tests import factories
from tests.crowds import signed_in
from tests.tickets.test_intake_screen import typed
from tickets.models import Ticket
from tickets.taking.second_look import masked

TALKS = "举报人电话13800138000，身份证11010519491231002X，请保密处理。"


def secret(**fields):
    return typed(type="report", is_confidential="true", content=TALKS) | fields


def looked(page):
    return re.search(r'name="looked" value="(\w*)"', page).group(1)


def test_a_number_in_a_confidential_text_is_asked_about_once(p):
    client = signed_in(p.op)
    answer = client.post("/tickets/new/", secret())
    page = answer.content.decode()

    assert answer.status_code == 422
    assert 'value="mask"' in page
    assert TALKS in page
    assert not Ticket.objects.filter(content=TALKS).exists()
    assert client.post("/tickets/new/", secret(looked=looked(page))).status_code == 302


def test_one_click_masks_the_numbers_and_keeps_the_rest(p):
    page = signed_in(p.op).post("/tickets/new/", secret(act="mask", **{"extra-x": "1"})).content.decode()

    assert "138****8000" in page
    assert "110105********002X" in page
    assert "江畔小区3栋" in page
    assert "13800138000，" not in page
    assert not Ticket.objects.filter(type="report").exists()


def test_the_same_text_of_an_open_matter_is_nobodys_worry(p):
    assert signed_in(p.op).post("/tickets/new/", typed(content=TALKS)).status_code == 302


def test_the_page_warns_while_one_types(p):
    page = signed_in(p.op).post("/tickets/new/besides/", {"content": TALKS, "is_confidential": "true"}).content.decode()

    assert 'value="mask"' in page
    assert looked(page) == ""


def test_masking_names_the_fields_that_have_numbers():
    assert list(masked({"content": TALKS, "demand": "请处理", "title": None})) == ["content"]


def test_an_age_of_more_than_120_is_asked_about(p):
    client = signed_in(p.op)
    page = client.post("/tickets/new/", typed(beneficiary="王某", beneficiary_age="130")).content.decode()

    assert "120" in page
    assert client.post("/tickets/new/", typed(beneficiary="王某", beneficiary_age="130", looked=looked(page))).status_code == 302


@pytest.mark.parametrize(("urgency", "reason", "status"), [("critical", "", 422), ("critical", "life", 302), ("urgent", "", 422),
                                                           ("normal", "", 302), ("", "", 302), ("critical", "whim", 422)])
def test_who_makes_a_call_more_urgent_says_why(p, urgency, reason, status):
    answer = signed_in(p.op).post("/tickets/new/", typed(urgency=urgency, urgency_reason=reason))

    assert answer.status_code == status
    if status == 302 and reason:
        assert Ticket.objects.latest("pk").events.get(name="create").data["urgency_reason"] == "life"


def test_what_is_critical_by_its_category_needs_no_reason(p):
    body = typed(type="help", category="100301", target="", urgency="")

    assert signed_in(p.op).post("/tickets/new/", body).status_code == 302
    assert Ticket.objects.latest("pk").urgency == "critical"


def test_the_emergency_strip_says_what_comes_first(p):
    page = signed_in(p.op).post("/tickets/new/", typed(urgency="critical")).content.decode()
    strip = page.split('id="emergency" role="alert"')[1][:1500]

    assert all(number in strip for number in ("110", "119", "120"))
    quiet = signed_in(p.op).get("/tickets/new/").content.decode()
    assert 'id="emergency" role="alert"></div>' in quiet


def test_the_page_learns_how_urgent_a_category_is(p):
    page = signed_in(p.op).post("/tickets/new/besides/", {"category": factories.category("100301").code}).content.decode()

    assert 'data-urgency="critical"' in page
