"""An answer on the line that cites an article: through the intake screen, a ticket's page and the API."""
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.instant import database_now
from hotline.steps import propose_article
from insights import unanswered
from knowledge import actions
from knowledge.models import Use, Version
from tests import factories
from tests.crowds import cost, queries_of, signed_in
from tests.factories import NOON
from tests.knowledge.articles import editors, published
from tests.tickets.test_intake_screen import typed
from tickets import intake
from tickets.actions import Refused
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
NEW = "/tickets/new/"


@pytest.fixture
def article(p):
    soon = timezone.localdate(database_now()) + timedelta(days=60)
    return published(*editors(), now=database_now(), valid_from=date(2026, 1, 1), review_on=soon)


def asked(**fields):
    return typed(act="answer", type="consult", caller_understood="on", key="", **fields)


def consult(p, now=NOON, **fields):
    return factories.draft(p, now, type="consult", **fields)


def test_an_article_answers_and_closes_a_consultation(p, article):
    number = article.article.number

    answer = signed_in(p.op).post(NEW, asked(answer="", article=number.lower()))

    ticket = Ticket.objects.latest("pk")
    assert answer.status_code == 302
    assert (ticket.state, ticket.answer) == ("closed", article.answer)
    event = ticket.events.get(name="direct_answer")
    assert (event.data["article"], event.data["article_version"]) == (number, 1)
    assert Use.objects.get(ticket_no=ticket.ticket_no).version == article
    page = signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert f"{number} 居住证如何申领" in page
    assert f"/knowledge/{number}/?v=1" in page


def test_words_of_the_operator_stay_beside_the_article(p, article):
    signed_in(p.op).post(NEW, asked(answer="已告知", article=article.article.number))

    assert Ticket.objects.latest("pk").answer == "已告知"


@pytest.mark.parametrize("number", ["K99999", "x", "0", "K0000100000", "\x00", "居住证"])
def test_a_made_up_number_is_refused_beside_the_field(p, article, number):
    before = Ticket.objects.count()

    answer = signed_in(p.op).post(NEW, asked(answer="请到便民服务中心申领居住证。", article=number))

    assert answer.status_code == 422
    assert 'id="answer-article-error"' in answer.content.decode()
    assert Ticket.objects.count() == before


def test_neither_words_nor_article_is_refused(p):
    answer = signed_in(p.op).post(NEW, asked(answer="太短"))

    assert answer.status_code == 422
    assert 'id="answer-answer-error"' in answer.content.decode()


def test_what_was_withdrawn_or_is_for_colleagues_is_not_cited(p, article):
    number = article.article.number
    actions.withdraw(number, 1, by=factories.make_user("KE", "RX-ZS"), now=NOON, reason="政策废止")

    assert signed_in(p.op).post(NEW, asked(answer="", article=number)).status_code == 422
    ticket = consult(p)
    with pytest.raises(Refused):
        intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer="", article=number)
    ticket.refresh_from_db()
    assert ticket.state == "draft"
    assert not Use.objects.exists()


def test_a_draft_is_answered_by_its_page_and_by_the_api(p, article):
    number = article.article.number
    first, second, third = (consult(p, database_now()) for _time in range(3))
    client = signed_in(p.op)

    assert client.post(f"/tickets/{first.ticket_no}/do/direct_answer/", {
        "version": first.version, "answer": "", "article": number, "caller_understood": "on"}).status_code == 302
    answer = client.post(f"/api/v1/tickets/{second.ticket_no}/direct_answer/", {
        "article": number, "caller_understood": True}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    wrong = client.post(f"/api/v1/tickets/{third.ticket_no}/direct_answer/", {
        "article": "K99999", "caller_understood": True}, content_type="application/json")

    assert wrong.status_code == 422
    assert "article" in wrong.json()["errors"]
    assert set(Use.objects.values_list("ticket_no", flat=True)) == {first.ticket_no, second.ticket_no}


def test_the_same_form_twice_counts_once(p, article):
    body = asked(answer="", article=article.article.number) | {"key": "once"}

    for _time in range(2):
        signed_in(p.op).post(NEW, body)

    article.article.refresh_from_db()
    assert article.article.uses == 1


def test_the_intake_screen_has_the_panel_and_stays_cheap(p):
    client = signed_in(p.op)

    assert 'id="knowledge-q"' in client.get(NEW).content.decode()
    assert cost(client, NEW) <= 20


# --- proposing from a ticket -------------------------------------------------------------------------------------


def test_a_proposal_from_a_ticket_has_nothing_of_the_citizen(p):
    ticket = consult(p, database_now(), caller_name="彭某某", contact_phone="13800138000")
    ticket = intake.direct_answer(ticket.pk, by=p.op, now=database_now(),
                                  answer="彭某某您好,江畔小区3栋的停车登记请带身份证办理,回电13800138000。")
    path = f"/tickets/{ticket.ticket_no}/do/propose_article/"
    client = signed_in(p.op)
    page = client.get(path).content.decode()
    assert "停车登记请带身份证办理" in page
    assert "***您好" in page

    answer = client.post(path, {"version": ticket.version, "title": "停车登记怎么办", "keywords": "停车登记",
                                "answer": "彭某某:带身份证办理,电话13800138000,江畔小区3栋。"})

    row = Version.objects.latest("pk")
    assert answer.status_code == 302
    assert (row.status, row.author, row.from_ticket) == ("proposed", p.op, ticket.ticket_no)
    for secret in ("彭某某", "13800138000", "江畔小区3栋"):
        assert secret not in row.answer + row.search_text
    assert ticket.events.get(name="propose_article").data == {"article": row.article.number}
    assert row.article.number in client.get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_nothing_is_proposed_from_a_confidential_matter(p):
    ticket = consult(p, is_confidential=True)

    with pytest.raises(Refused):
        propose_article(ticket.pk, by=p.op, now=NOON, title="标题标题", answer="十个字以上的答复内容", keywords="", question="",
                        source="")
    assert signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/do/propose_article/").status_code != 200 or \
        "保密" in signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/do/propose_article/").content.decode()


def test_a_stranger_proposes_nothing(p):
    ticket = consult(p)
    stranger = factories.make_user("LI", "JY")

    with pytest.raises(Ticket.DoesNotExist):
        propose_article(ticket.pk, by=stranger, now=NOON, title="标题标题", answer="十个字以上的答复内容")
    assert signed_in(stranger).get(f"/tickets/{ticket.ticket_no}/do/propose_article/").status_code == 404


# --- asked often -------------------------------------------------------------------------------------------------


def test_what_is_asked_often_without_an_article_is_listed_with_its_numbers(p, article):
    for place in range(4):
        ticket = consult(p)
        given = {"article": article.article.number} if place == 0 else {}
        intake.direct_answer(ticket.pk, by=p.op, now=database_now(), answer="请到便民服务中心办理即可。", **given)
    for _time in range(2):
        consult(p, category=factories.category("010202"))
    for _time in range(4):
        consult(p, category=factories.category("010203"), is_confidential=True)
        consult(p, NOON - timedelta(days=40), category=factories.category("010203"))

    topics = unanswered.topics(now=NOON + timedelta(days=1))

    assert [(gap.topic, gap.asked, gap.answered) for gap in topics] == [(factories.category().name, 4, 1)]
    assert queries_of(lambda: unanswered.topics(now=NOON)) == 1


def test_the_desk_of_the_editors_shows_it(p):
    for _time in range(3):
        consult(p, database_now() - timedelta(days=1))

    assert factories.category().name in signed_in(p.ke).get("/knowledge/desk/").content.decode()
