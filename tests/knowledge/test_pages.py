"""The pages of knowledge: who may open them, what they show, what they refuse."""
import json
import re
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.instant import database_now
from accounts.roles import Role
from knowledge import actions, changes, reviews
from knowledge.models import Version
from knowledge.who import PROPOSERS, READERS
from notices.models import Notice
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.knowledge.articles import content, draft, editors, published, submitted

pytestmark = pytest.mark.django_db
LIST, DESK, NEW, PROPOSE, LOOK = (f"/knowledge/{name}" for name in ("", "desk/", "new/", "propose/", "look/"))


@pytest.fixture
def two(p):
    return editors()


def today():
    return timezone.localdate(database_now())


def lasting(**fields):
    return {"valid_from": date(2026, 1, 1), "review_on": today() + timedelta(days=90)} | fields


def in_force(two, **fields):
    return published(*two, now=database_now(), **lasting(**fields))


def typed(**fields):
    row = content() | lasting()
    row |= {"owner": "GA", "area": "", "valid_to": ""} | fields
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def page_of(client, url, status=200, **body):
    answer = client.post(url, body) if body else client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


# --- who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may(p, two, role):
    client = signed_in(getattr(p, role.lower()))
    number = in_force(two).article.number
    reads, edits = role in READERS, role == Role.KE
    expected = {LIST: reads, f"/knowledge/{number}/": reads, DESK: edits, NEW: edits, f"/knowledge/{number}/edit/": edits,
                PROPOSE: role in PROPOSERS}

    assert {url: client.get(url).status_code for url in expected} == {url: 200 if may else 403 for url, may in expected.items()}
    assert client.post(LOOK, {"knowledge_q": "居住"}).status_code == (200 if reads else 403)
    for act in ("submit", "publish", "send_back", "withdraw"):
        assert client.post(f"/knowledge/{number}/{act}/", {"version": 9, "reason": "过期"}).status_code == (404 if edits else 403)
    assert client.get("/api/v1/knowledge/ivr/").status_code == (200 if reads else 403)


def test_readers_see_no_draft_and_proposers_their_own_proposal(p, two):
    hidden = draft(two[0]).article.number
    mine = actions.propose(title="路灯报修电话", answer="拨打供电公司电话报修即可。", by=p.op, now=NOON).article.number

    assert [signed_in(who).get(f"/knowledge/{hidden}/").status_code for who in (p.op, p.sv, two[1])] == [404, 404, 200]
    assert [signed_in(who).get(f"/knowledge/{mine}/").status_code for who in (p.op, p.li)] == [200, 404]
    assert mine in page_of(signed_in(p.op), LIST)
    assert signed_in(p.op).get("/knowledge/K99999/").status_code == 404


def test_editors_begin_their_day_at_their_desk(p):
    assert signed_in(p.ke).get("/").headers["Location"] == DESK


# --- writing -----------------------------------------------------------------------------------------------------


def test_an_article_is_written_submitted_and_published_through_pages(two):
    author, approver = (signed_in(user) for user in two)
    answer = author.post(NEW, typed(title="公租房申请条件"))
    row = Version.objects.latest("pk")
    assert (answer.status_code, row.status, row.title) == (302, "draft", "公租房申请条件")
    url = f"/knowledge/{row.article.number}/"

    author.post(f"{url}submit/", {"version": 1})
    assert "审核并发布" not in page_of(author, url)
    author.post(f"{url}publish/", {"version": 1})
    row.refresh_from_db()
    assert row.status == "submitted"
    assert "审核并发布" in page_of(approver, url)
    approver.post(f"{url}publish/", {"version": 1})
    row.refresh_from_db()
    assert row.status == "published"
    approver.post(f"{url}publish/", {"version": 1})  # twice is once
    assert "公租房申请条件" in page_of(author, LIST)


@pytest.mark.parametrize(("field", "value"), [
    ("title", ""), ("answer", "短"), ("keywords", ""), ("keywords", "水 电"), ("source", ""), ("owner", ""), ("owner", "NONE"),
    ("area", "GA"), ("valid_from", "明天"), ("valid_to", date(2025, 12, 31)), ("review_on", date(2020, 1, 1)),
    ("ivr_key", "12a"), ("ivr_text", "字" * 201), ("audience", "all"), ("answer", "字" * 1901), ("review_on", ""),
    ("valid_from", date(1800, 1, 1))])
def test_what_is_wrong_is_said_beside_the_field(two, field, value):
    before = Version.objects.count()

    page = page_of(signed_in(two[0]), NEW, 422, **typed(**{field: value}))

    assert f'id="article-{field}-error"' in page
    assert Version.objects.count() == before


def test_what_is_for_colleagues_is_not_read_out(two):
    page = page_of(signed_in(two[0]), NEW, 422, **typed(audience="internal", ivr_text="请按一"))

    assert 'id="article-ivr_text-error"' in page


def test_two_who_edit_the_same_version_do_not_overwrite_each_other(two):
    row = in_force(two)
    url = f"/knowledge/{row.article.number}/edit/"
    assert signed_in(two[0]).post(url, typed(base=1, answer="第一位编辑改过的答复内容。")).status_code == 302

    page = page_of(signed_in(two[1]), url, 422, **typed(base=1, answer="第二位编辑改过的答复内容。"))

    assert "第二位编辑改过的答复内容" in page
    assert row.article.versions.count() == 2


def test_a_reason_is_asked_for_and_kept(two):
    row = submitted(two[0], now=database_now(), **lasting())
    url = f"/knowledge/{row.article.number}/"

    page = page_of(signed_in(two[1]), f"{url}send_back/", 422, version=1, reason="")
    assert 'id="reason-send_back-error"' in page
    signed_in(two[1]).post(f"{url}send_back/", {"version": 1, "reason": "缺少依据"})
    assert "缺少依据" in page_of(signed_in(two[0]), f"{url}?v=1")


def test_an_operator_proposes_and_no_number_of_a_person_gets_in(p, two):
    body = {"title": "路灯报修电话", "answer": "联系张师傅 13800138000 即可,身份证 110101199003071233。", "keywords": "路灯"}

    assert signed_in(p.op).post(PROPOSE, body).status_code == 302

    row = Version.objects.latest("pk")
    assert row.status == "proposed"
    assert "13800138000" not in row.answer + row.search_text
    assert "110101199003071233" not in row.answer + row.search_text
    assert row.title in page_of(signed_in(two[0]), DESK)


# --- reading -----------------------------------------------------------------------------------------------------


def test_versions_are_compared_letter_by_letter_and_escaped(two):
    row = in_force(two, answer="办理时限十五个工作日<b>。")
    number = row.article.number
    actions.write(by=two[1], now=NOON, number=number, base=1, **content(answer="办理时限十个工作日<b>。"))

    page = page_of(signed_in(two[0]), f"/knowledge/{number}/?v=2&with=1")

    assert "<del>五</del>" in page
    assert "&lt;b&gt;" in page and "<b>。" not in page
    assert [change.label for change in changes.between(*row.article.versions.order_by("version"))][0] == "答复"


def test_the_list_is_searched_filtered_and_paged(p, two):
    for place in range(33):
        in_force(two, title=f"第{place:02}条办事指南")
    in_force(two, title="望江停车", keywords="停车")
    client = signed_in(p.op)

    first = page_of(client, LIST)
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = page_of(client, following)
    shown = [set(re.findall(r"第\d\d条", page)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert len(shown[0] | shown[1]) == 33
    assert "望江停车" in page_of(client, f"{LIST}?q=停车")
    assert "第01条" not in page_of(client, f"{LIST}?q=停车")
    for odd in ("?after=x", "?after=1.99999999999999999999999999", "?area=zz&owner=%00", f"?q={'长' * 60}", "?q=%00"):
        assert client.get(LIST + odd).status_code == 200
    assert cost(client, LIST) <= 10
    assert cost(client, f"{LIST}?q=办事") <= 10


def test_the_desk_shows_each_version_where_it_belongs(two, p):
    now = database_now()
    waits = submitted(two[0], now=now, **lasting(title="等待审核的条目"))
    draft(two[0], title="起草中的条目")
    client = signed_in(two[1])

    page = page_of(client, DESK)

    assert page.index("h-approve") < page.index("等待审核的条目") < page.index("h-proposed")
    assert page.index("h-draft") < page.index("起草中的条目") < page.index("h-waiting")
    own = page_of(signed_in(two[0]), DESK)
    assert own.index("h-waiting") < own.index("等待审核的条目") < own.index("h-review")
    assert waits.article.number in page
    assert cost(client, DESK) <= 10


def test_a_review_that_is_due_is_told_once(two):
    published(*two, review_on=date(2026, 3, 10))

    for day in (9, 10, 11, 12):
        reviews.tell_editors(now=NOON.replace(day=day))

    told = Notice.objects.filter(kind="knowledge_review_due")
    assert {notice.recipient_id for notice in told} >= {two[0].pk, two[1].pk}
    assert told.filter(recipient=two[0]).count() == 1


def test_the_panel_offers_what_may_be_told_and_marks_what_may_not(p, two):
    open_one = in_force(two, title="居住证申领")
    in_force(two, title="居住证内部口径", audience="internal")

    page = page_of(signed_in(p.op), LOOK, content="来电人问居住证怎么办", area="望江街道办事处 · WJJD")

    assert page.count("data-insert=") == 1
    assert f'data-article="{open_one.article.number}"' in page
    assert "居住证内部口径" in page
    for odd in ({"knowledge_q": "\x00"}, {"area": "没有的地方"}, {"content": "\x00居住证" * 900}, {"knowledge_q": "?" * 5000}):
        assert signed_in(p.op).post(LOOK, odd).status_code == 200


# --- export ------------------------------------------------------------------------------------------------------


def test_the_telephone_menu_gets_what_is_public_valid_and_has_a_text(p, two, tmp_path):
    in_force(two, title="有语音", ivr_text="居住证请到便民中心申领。", ivr_key="21")
    in_force(two, title="无语音")
    draft(two[0], title="草稿语音", ivr_text="草稿")
    in_force(two, title="将来语音", ivr_text="将来", valid_from=today() + timedelta(days=1))

    points = signed_in(p.sv).get("/api/v1/knowledge/ivr/").json()["points"]
    call_command("export_knowledge", str(tmp_path / "points.json"), verbosity=0)

    assert [point["title"] for point in points] == ["有语音"]
    assert points[0]["key"] == "21" and len(points[0]["text"]) <= 200
    assert json.loads((tmp_path / "points.json").read_text(encoding="utf-8"))["points"] == points
    assert Client().get("/api/v1/knowledge/ivr/").status_code == 401
