"""治理建议: drafted and sent by the hotline, answered by the unit's leader, closed; a unit learns of nothing that is not its own."""
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from accounts.instant import database_now
from insights.memos import acts
from insights.models import Memo
from notices.models import Notice
from tests import factories as make
from tests.crowds import cost, signed_in
from tickets.actions import Refused

LIST, NEW = "/desk/memos/", "/desk/memos/new/"
DAY = timedelta(days=1)
SAID = {"title": "关于屋面渗漏的建议", "text": "渗漏投诉集中，建议对老旧小区屋面开展排查。"}
ANSWER = {"act": "answer", "adopted": "yes", "text": "已组织排查，月底前完成整改。"}


def drafted(p, tickets=(), unit="ZJ"):
    now = database_now()
    return acts.draft(by=p.sv, now=now, unit=make.unit(unit), due_at=now + 5 * DAY, tickets=tickets, **SAID)


def sent(p, **fields):
    return acts.send(drafted(p, **fields).pk, by=p.sv, now=database_now())


def page_of(memo):
    return f"{LIST}{memo.pk}/"


def says(user, memo, **fields):
    return signed_in(user, "en").post(page_of(memo), fields)


def test_it_goes_from_draft_to_close(p):
    ticket = make.in_hand(p)
    asked = {**SAID, "unit": "ZJ", "due": f"{database_now() + 9 * DAY:%Y-%m-%d}", "numbers": ticket.ticket_no}
    signed_in(p.sv).post(NEW, asked)
    memo = Memo.objects.get()
    assert (memo.status, memo.unit.code, list(memo.tickets.all())) == ("drafted", "ZJ", [ticket])

    says(p.sv, memo, act="change", **asked | {"title": "关于屋面渗漏的治理建议"})
    says(p.sv, memo, act="send")
    assert [notice.recipient for notice in Notice.objects.filter(kind="memo_sent")] == [p.ul]
    says(p.ul, memo, **ANSWER)
    assert [notice.recipient for notice in Notice.objects.filter(kind="memo_answered")] == [p.sv]
    says(p.zh, memo, act="close", ending="已落实，排查完成。")

    memo.refresh_from_db()
    assert (memo.status, memo.adopted, memo.closed_by, memo.title) == ("closed", True, p.zh, "关于屋面渗漏的治理建议")
    assert signed_in(p.ul).get(page_of(memo)).status_code == 200


@pytest.mark.parametrize(("status", "act"), [
    ("drafted", "answer"), ("drafted", "close"), ("sent", "send"), ("sent", "change"), ("sent", "close"),
    ("answered", "answer"), ("answered", "send"), ("closed", "close"), ("closed", "answer")])
def test_what_its_state_does_not_allow_is_refused(p, status, act):
    memo, now = drafted(p), database_now()
    for name in ("sent", "answered", "closed")[:["drafted", "sent", "answered", "closed"].index(status)]:
        {"sent": lambda: acts.send(memo.pk, by=p.sv, now=now), "closed": lambda: acts.close(memo.pk, by=p.sv, now=now, ending="已落实"),
         "answered": lambda: acts.answer(memo.pk, by=p.ul, now=now, adopted=False, text="不在职责之内，理由如下。")}[name]()
    before = Memo.objects.values().get(pk=memo.pk)
    does = {"send": lambda: acts.send(memo.pk, by=p.sv, now=now), "close": lambda: acts.close(memo.pk, by=p.sv, now=now, ending="已落实"),
            "answer": lambda: acts.answer(memo.pk, by=p.ul, now=now, adopted=True, text="已经整改完成，请核查。"),
            "change": lambda: acts.change(memo.pk, by=p.sv, now=now, unit=make.unit("HB"), due_at=now + DAY, **SAID)}

    with pytest.raises((Refused, Memo.DoesNotExist)):  # of a draft the unit knows nothing
        does[act]()

    assert Memo.objects.values().get(pk=memo.pk) == before


def test_others_may_not(p):
    memo = sent(p)
    assert says(p.sv, memo, **ANSWER).status_code == 403, "the hotline does not answer for a unit"
    says(p.ul, memo, **ANSWER)
    assert says(p.ul, memo, act="close", ending="自己说好了").status_code == 403
    assert signed_in(p.ul).get(NEW).status_code == 403
    for role in ("dp", "rv", "li", "hd", "op", "ql", "au", "ad", "ke"):
        for url in (LIST, page_of(memo)):
            assert signed_in(getattr(p, role)).get(url).status_code == 403
    assert Memo.objects.get().status == "answered"


def test_another_unit_and_a_draft_are_invisible(p):
    to_others, draft = sent(p, unit="HB"), drafted(p)
    client = signed_in(p.ul)

    assert client.get(LIST).context["lines"] == []
    for memo in (to_others, draft):
        assert client.get(page_of(memo)).status_code == 404
        assert client.post(page_of(memo), ANSWER).status_code == 404


def test_a_unit_is_shown_only_the_tickets_that_it_may_read(p):
    own, foreign, secret = make.in_hand(p), make.in_review(p), make.in_dispatch(p, is_confidential=True)
    memo = sent(p, tickets=[own, foreign, secret])

    page = signed_in(p.ul).get(page_of(memo))

    assert [row[0] for row in page.context["rows"]] == [own]
    words = page.content.decode()
    assert own.ticket_no in words and foreign.ticket_no not in words and secret.ticket_no not in words
    assert len(signed_in(p.sv).get(page_of(memo)).context["rows"]) == 3


@pytest.mark.parametrize(("wrong", "field"), [
    ({"unit": "NOWHERE"}, "unit"), ({"due": "2020-01-01"}, "due"), ({"title": "短"}, "title"), ({"text": "请联系13800138000彭先生了解情况"}, "text"),
    ({"numbers": "2026030299999"}, "numbers"), ({"numbers": " ".join(str(10**12 + n) for n in range(101))}, "numbers")])
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(p, wrong, field):
    asked = {**SAID, "unit": "ZJ", "due": f"{database_now() + 9 * DAY:%Y-%m-%d}", "numbers": ""} | wrong

    answer = signed_in(p.sv, "en").post(NEW, asked)

    assert answer.status_code == 422 and set(answer.context["form"].errors) == {field}
    assert asked["text"] in answer.content.decode()
    assert not Memo.objects.exists()


def test_what_was_sent_stays_and_is_never_deleted(p):
    memo = sent(p)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Memo.objects.update(text="别的话，完全不同的内容。")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        memo.delete()


def test_it_is_not_sent_when_its_day_is_over(p):
    memo = drafted(p)

    with pytest.raises(Refused):
        acts.send(memo.pk, by=p.sv, now=memo.due_at)


def test_pages_cost_the_same_however_much_is_on_them(p):
    memo = sent(p, tickets=[make.in_hand(p)])
    few = [cost(signed_in(who), url) for who in (p.sv, p.ul) for url in (LIST, page_of(memo))]
    for _time in range(3):
        sent(p)
    memo.tickets.add(make.in_hand(p), make.in_hand(p))

    assert [cost(signed_in(who), url) for who in (p.sv, p.ul) for url in (LIST, page_of(memo))] == few
    assert max(few[::2]) <= 10 and max(few[1::2]) <= 20
