"""The page on which the questions of a category are kept, in versions."""
import re

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.utils import InternalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from tests import factories
from tests.crowds import signed_in
from tests.tickets.test_intake_screen import typed
from tickets.models import CategoryQuestions, Ticket
from tickets.taking import questions

URL, CODE = "/questions/010101/", "010101"  # a category that asks nothing as it is shipped


@pytest.fixture(autouse=True)
def _forgotten():
    """Questions are remembered beside the database, which the next test has anew."""
    cache.delete(questions.KEPT)
    yield
    cache.delete(questions.KEPT)


def body(*rows, base=0, template="", initial=0):
    """The form as a browser sends it, with one row left empty."""
    sent = {"base": base, "template": template, "ask-TOTAL_FORMS": len(rows) + 1, "ask-INITIAL_FORMS": initial,
            f"ask-{len(rows)}-kind": "text"}
    for place, row in enumerate(rows):
        sent |= {f"ask-{place}-{name}": value for name, value in ({"kind": "text"} | row).items()}
    return sent


def write(user, *rows, url=URL, **more):
    return signed_in(user).post(f"{url}write/", body(*rows, **more))


def asked(code=CODE):
    cache.delete(questions.KEPT)
    return questions.of(factories.category(code))


FLOOR = {"label": "楼层", "kind": "number", "least": "-3", "most": "99", "unit": "层", "required": "on"}


def test_what_is_written_is_asked_at_the_next_call_and_every_version_stays(p):
    assert write(p.ad, FLOOR, {"label": "电梯", "kind": "choice", "choices": "有，没有、不清楚"}, template="位置：\r\n").status_code == 302

    asks, template = asked()
    assert [(ask.label, ask.kind, ask.choices) for ask in asks] == [("楼层", "number", ()), ("电梯", "choice", ("有", "没有", "不清楚"))]
    assert [ask.name for ask in asks] == ["q010101_1", "q010101_2"] and template == "位置："
    page = signed_in(p.op).post("/tickets/new/besides/", {"category": CODE}).content.decode()
    assert "楼层" in page and "不清楚" in page

    known = {"name": "q010101_1", "label": "第几层", "kind": "phone"}  # the kind stays what it was
    assert write(p.ops, known, {"label": "朝向", "ask-x": ""}, base=1, initial=1).status_code == 302

    assert [(ask.name, ask.label, ask.kind) for ask in asked()[0]] == [("q010101_1", "第几层", "number"), ("q010101_3", "朝向", "text")]
    assert "楼层" in signed_in(p.sv).get(URL).content.decode()  # among the versions
    assert AuditEntry.objects.filter(what="questions 2", data__code=CODE).count() == 1
    for act in (lambda: CategoryQuestions.objects.update(template="x"), lambda: CategoryQuestions.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            act()


def test_an_answer_to_a_question_that_is_asked_no_more_keeps_its_words_and_stays_hidden(p):
    write(p.ad, FLOOR | {"required": ""}, {"label": "证件", "kind": "id_card"})
    signed_in(p.op).post("/tickets/new/", typed(category=CODE, **{"extra-q010101_1": "3", "extra-q010101_2": "11010519491231002X"}))
    ticket = Ticket.objects.latest("pk")

    write(p.ad, base=1)
    cache.delete(questions.KEPT)

    assert asked() == ([], "")
    page = signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "楼层 (层)" in page and "证件" in page
    assert "110105********002X" in page and "11010519491231002X" not in page


def test_rows_stand_in_the_order_that_was_given_and_the_same_again_is_no_version(p):
    rows = {"label": "后", "ORDER": "2"}, {"label": "先", "ORDER": "1"}, {"label": "不要", "DELETE": "on"}
    assert write(p.ad, *rows).status_code == 302
    assert [ask.label for ask in asked()[0]] == ["先", "后"]

    again = [{"name": ask.name, "label": ask.label} for ask in asked()[0]]
    assert write(p.ad, *again, base=1, initial=2).status_code == 302
    assert CategoryQuestions.objects.filter(code=CODE).count() == 1


def test_who_looked_at_an_older_version_is_told_and_loses_nothing(p):
    write(p.ad, {"label": "楼层"})

    answer = write(p.ops, {"label": "朝向"}, template="朝向：", base=0)

    page = answer.content.decode()
    assert answer.status_code == 422 and p.ad.display_name in page
    assert 'value="朝向"' in page and "朝向：</textarea>" in page
    assert re.search(r'name="base" value="1"', page)
    assert [ask.label for ask in asked()[0]] == ["楼层"]


@pytest.mark.parametrize(("wrong", "field"), [
    ({"label": ""}, "label"), ({"label": "长" * 41}, "label"), ({"kind": "nothing"}, "kind"), ({"kind": "choice", "choices": "一个"}, "choices"),
    ({"kind": "choice", "choices": "、".join(map(str, range(21)))}, "choices"), ({"kind": "number", "least": "5", "most": "4"}, "most"),
    ({"kind": "number", "least": "x"}, "least"),
])
def test_what_cannot_be_asked_is_said_beside_its_field(p, wrong, field):
    answer = write(p.ad, {"label": "楼层", "unit": "层"} | wrong)

    assert answer.status_code == 422
    assert f'id="id_ask-0-{field}-error"' in answer.content.decode() and 'value="层"' in answer.content.decode()
    assert not CategoryQuestions.objects.filter(code=CODE).exists()


@pytest.mark.parametrize("role", ["op", "rv", "li", "au", "ke"])
def test_others_do_not_write_questions(p, role):
    user = getattr(p, role, None) or factories.make_user(role.upper(), "RX")

    assert {signed_in(user).get(path).status_code for path in ("/questions/", URL)} == {403}
    assert write(user, FLOOR).status_code == 403
    assert not CategoryQuestions.objects.filter(code=CODE).exists()


def test_there_are_pages_of_categories_and_groups_only(p):
    client = signed_in(p.ad)

    assert {client.get(f"/questions/{code}/").status_code for code in ("01", "0101", CODE)} == {200}
    assert {client.get(f"/questions/{code}/").status_code for code in ("99", "010199", "abc", "0")} == {404}
    assert write(p.ad, FLOOR, url="/questions/99/").status_code == 404
    assert "楼层" not in (page := client.get("/questions/").content.decode()) and "010201" in page


def test_a_group_asks_for_all_of_its_categories(p):
    write(p.ad, {"label": "小区名称"}, url="/questions/0101/")

    assert [ask.label for ask in asked()[0]] == ["小区名称"]
    assert "小区名称" in signed_in(p.ad).get(URL).content.decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([f"ask-{place}-{name}" for place in (0, 1) for name in (
    "name", "label", "kind", "choices", "least", "most", "unit", "required", "ORDER", "DELETE")] + ["base", "template"]),
    st.one_of(st.text(max_size=30), st.sampled_from(["choice", "number", "1e400", "NaN", "q010101_1", "\x00"]))))
def test_whatever_is_sent_is_answered(p, sent):
    with transaction.atomic():
        answer = signed_in(p.ad).post(f"{URL}write/", {"ask-TOTAL_FORMS": "2", "ask-INITIAL_FORMS": "0"} | sent)
        transaction.set_rollback(True)
    assert answer.status_code in (302, 422)
    assert signed_in(p.ad).post(f"{URL}write/", sent).status_code == 422
