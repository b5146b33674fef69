"""Suggestions beside the intake form: shown with their reasons, never filled in, counted when somebody answers."""
import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from suggesting import places, urgency
from suggesting.models import Answer
from tests import factories as make
from tests.crowds import queries_of, signed_in
from tests.suggesting import trained
from tests.tickets.test_intake_screen import typed
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LOOK, ANSWER, NEW = "/suggestions/look/", "/suggestions/answer/", "/tickets/new/"
OFFER = re.compile(r'data-advice="(\w+)" data-value="([^"]*)"')
ROAD = {"title": "", "content": "江畔小区3栋门口路面坑洼，路灯不亮，人行道塌陷，请核实", "demand": "", "category": "", "type": "", "area": "",
        "address": ""}


def shown(user, **fields):
    answer = signed_in(user).post(LOOK, typed(**ROAD | fields))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def offers(user, **fields):
    return OFFER.findall(shown(user, **fields))


def of(found, about):
    return [value for name, value in found if name == about]


def test_the_three_likeliest_categories_come_with_their_chance(p):
    trained.in_use()

    page = shown(p.op)

    assert of(OFFER.findall(page), "category")[0].endswith("· 020301")
    assert re.search(r"\d+ ?%", page)


def test_type_urgency_place_address_and_unit_are_read_out_of_the_text(p):
    trained.in_use()
    found = offers(p.op, content="投诉：江畔社区滨河路18号井盖掉落没人管，路面坑洼，路灯不亮")

    assert of(found, "type") == ["complaint"]
    assert of(found, "urgency") == ["urgent"]
    assert of(found, "area") == ["江畔社区 · WJJD-01"]
    assert of(found, "address")[0].endswith("滨河路18号")
    assert of(found, "proposed_unit")


def test_nothing_is_filled_in_and_nothing_is_written(p):
    trained.in_use()
    page = shown(p.op)

    assert not re.search(r'<(input|select|textarea)\b|\bname=|\bvalue="[^"]', page.replace("data-value", "data-"))
    assert "<button" in page and 'type="button"' in page and "hx-swap-oob" not in page
    assert not Answer.objects.exists() and not Ticket.objects.exists()


def test_each_has_its_own_key(p):
    trained.in_use()
    page = shown(p.op)

    numbers = re.findall(r'data-key="alt\+shift\+(\d)"', page)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)] and len(numbers) >= 5


def test_what_a_field_holds_already_is_marked(p):
    trained.in_use()

    assert 'aria-pressed="true"' not in shown(p.op, type="")
    assert 'aria-pressed="true"' in shown(p.op, category="020301")


def test_without_a_classifier_names_of_categories_are_all_it_goes_by_and_it_says_so(p):
    page = shown(p.op, content="楼上房屋渗漏，天花板都湿了，请派人来看")

    assert of(OFFER.findall(page), "category")[0].endswith("· 010201")
    assert "仅按分类名称" in page and "%" not in page
    assert not of(offers(p.op, content="今天的天空很蓝，我很高兴"), "category")


def test_units_are_suggested_without_a_place_and_without_a_classifier(p):
    found = offers(p.op, content="屋顶漏水已经两周无人维修", category="010201")

    assert of(found, "proposed_unit")[0].endswith("· ZJ")


def test_a_unit_without_category_and_place_is_not_guessed(p):
    assert not of(offers(p.op, content="今天的天空很蓝，我很高兴"), "proposed_unit")


def test_text_that_is_too_short_asks_for_more(p):
    trained.in_use()

    assert offers(p.op, content="路灯") == []
    assert offers(p.op, content="") == []


def test_what_is_typed_is_escaped(p):
    answer = signed_in(p.op).post(LOOK, typed(**ROAD | {"content": "<script>alert(1)</script>\"'路口<b>花园小区3栋"}))

    assert "<script>" not in answer.content.decode() and "<b>" not in answer.content.decode()


def test_urgency_is_never_lowered(p):
    text = "井盖掉落在路口很危险请尽快"

    assert of(offers(p.op, content=text, urgency="critical", urgency_reason="life"), "urgency") == []
    assert of(offers(p.op, content="有人触电昏迷，请马上来人"), "urgency") == ["critical"]


def test_only_who_takes_calls_is_answered(p):
    for role in Role:
        status = 200 if role in ("OP", "OPS") else 403
        client = signed_in(getattr(p, role.lower()))
        assert client.post(LOOK, typed()).status_code == status
        assert client.post(ANSWER, {"key": "k", "about": "type"}).status_code == (204 if status == 200 else 403)
    assert signed_in(p.op).get(LOOK).status_code == 405


def test_it_costs_few_queries(p):
    trained.in_use()
    client = signed_in(p.op)
    client.post(LOOK, typed(**ROAD))

    assert queries_of(lambda: client.post(LOOK, typed(**ROAD))) <= 20


def test_the_intake_screen_has_the_panel_and_stays_cheap(p):
    client = signed_in(p.op)
    client.get(NEW)

    assert queries_of(lambda: client.get(NEW)) <= 20
    assert f'hx-post="{LOOK}"' in client.get(NEW).content.decode()


# --- what people do with them ------------------------------------------------------------------------------------------


def test_an_answer_counts_once_for_a_form_and_the_last_one_counts(p):
    row = trained.in_use()
    client = signed_in(p.op)

    client.post(ANSWER, {"key": "k1", "about": "category", "place": "2", "training": row.pk})
    client.post(ANSWER, {"key": "k1", "about": "category", "training": row.pk})
    client.post(ANSWER, {"key": "k1", "about": "type", "place": "1"})
    client.post(ANSWER, {"key": "k2", "about": "category", "place": "1", "training": "99999999"})

    said = Answer.objects.order_by("key", "about").values_list("key", "about", "is_accepted", "place", "training")
    assert list(said) == [("k1", "category", False, None, row.pk), ("k1", "type", True, 1, None), ("k2", "category", True, 1, None)]


@pytest.mark.parametrize("body", [{}, {"key": "k"}, {"key": "k", "about": "moon"}, {"key": "k" * 101, "about": "type"},
                                  {"key": "k", "about": "type", "place": "0"}, {"key": "k", "about": "type", "training": "x"}],
                         ids=range(6))
def test_an_answer_that_makes_no_sense_is_refused(p, body):
    assert signed_in(p.op).post(ANSWER, body).status_code == 422
    assert not Answer.objects.exists()


# --- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), [
    ("家里着火了", "critical"), ("老人大出血", "critical"), ("孩子走失", "urgent"), ("路上的井盖没了", "urgent"), ("楼下有火", "urgent"),
    ("坐火车到火锅店", None), ("路口红绿灯坏了", None), ("深受其困扰", None), ("被困扰多年", None), ("", None)])
def test_words_of_danger(text, expected):
    found = urgency.of(text)

    assert (found.urgency if found else None) == expected


@pytest.mark.parametrize(("text", "area", "address"), [
    ("我家住望江街道江畔社区江畔小区3栋2单元，漏水", "WJJD-01", "江畔小区3栋2单元"),
    ("望江街道滨河路18号门口堆垃圾", "WJJD", "滨河路18号门口"),
    ("望江公园很漂亮", None, "望江公园"),
    ("什么地方也没有说", None, ""),
])
def test_places_are_found_in_the_text(p, text, area, address):
    from accounts.models import Unit
    from tickets.fields import AREA_KINDS

    found = places.of(text, Unit.objects.filter(kind__in=AREA_KINDS))

    assert (found.area.code if found.area else None) == area
    assert found.address == address


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text(max_size=2200), title=st.text(max_size=60), category=st.sampled_from(["", "010201", "x", "\x00"]))
def test_any_text_gets_an_answer(p, content, title, category):
    fields = {name: value.encode("utf-8", "replace").decode() for name, value in (("content", content), ("title", title))}

    assert signed_in(p.op).post(LOOK, typed(**ROAD | fields | {"category": category})).status_code == 200


def test_a_foreign_unit_never_leads_in_another_territory(p):
    found = of(offers(p.op, content="屋顶漏水已经两周无人维修", category="010201", area=make.unit("LLZ-01").code), "proposed_unit")

    assert all(not value.endswith("· WJJD") for value in found)
