"""预警: what people do with a warning: take it up, merge its tickets, answer all of them, write a briefing, end it."""
import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from insights.alerts import acts, broadcasts, keeping
from insights.models import Alert, Broadcast, BroadcastTo
from notices.models import Notice
from tests import audited
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.insights.warnings import ANSWER, DAY, HOUR, MINUTE, WATER, leaks, report, taken_up, warned
from tickets.actions import Refused
from tickets.models import Ticket, TicketEvent

LIST = "/desk/alerts/"

# --- what people decide ---------------------------------------------------------------------------------------------------------


def page_of(alert):
    return f"{LIST}{alert.pk}/"


def says(user, alert, act, **fields):
    return signed_in(user, "en").post(page_of(alert), {"act": act, **fields})


def test_it_is_taken_up_once(p):
    alert, _tickets = warned(p)

    assert says(p.zh, alert, "take_up").status_code == 302
    says(p.sv, alert, "take_up")

    alert.refresh_from_db()
    assert (alert.status, alert.taken_up_by) == ("taken_up", p.zh)


def test_a_false_alarm_needs_a_reason_and_is_not_warned_of_again(p):
    alert, _tickets = warned(p)
    bad = says(p.sv, alert, "false_alarm", reason="x")
    assert bad.status_code == 422 and 'value="x"' in bad.content.decode()

    says(p.sv, alert, "false_alarm", reason="计划检修，已提前公告")
    says(p.dl, alert, "false_alarm", reason="再说一次也没有用")

    alert.refresh_from_db()
    assert (alert.status, alert.reason, alert.ended_by) == ("false_alarm", "计划检修，已提前公告", p.sv)
    report(p, NOON + MINUTE, WATER[0], 60, address="滨江路12号")
    assert keeping.look(now=NOON + 2 * MINUTE) == []
    with pytest.raises(Refused):
        acts.take_up(alert.pk, by=p.sv, now=NOON)


def test_it_is_ended_by_who_took_it_up(p):
    alert, _tickets = taken_up(p)
    keeping.look(now=NOON + 2 * DAY)
    assert Alert.objects.get().status == "taken_up", "somebody has it in hand"

    says(p.sv, alert, "end", reason="已恢复供水")

    assert Alert.objects.get().status == "over"


@pytest.mark.parametrize(("act", "fields"), [
    ("take_up", {}), ("false_alarm", {"reason": "不是一回事"}), ("end", {}), ("ask_to_merge", {}),
    ("broadcast", {"text": "正在抢修，今晚恢复。"}), ("briefing", {"text": "十个字以上的一段专报草稿文字"})])
@pytest.mark.parametrize("role", ["dp", "rv"])
def test_who_only_reads_decides_nothing(p, act, fields, role):
    alert, _tickets = taken_up(p)
    before = Alert.objects.values().get(pk=alert.pk)

    assert says(getattr(p, role), alert, act, **fields).status_code == 403

    assert Alert.objects.values().get(pk=alert.pk) == before
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize("role", ["op", "ops", "li", "hd", "ul", "cb", "ke", "qi", "ad", "au", "ql"])
def test_others_do_not_see_it(p, role):
    alert, _tickets = warned(p)
    for page in (LIST, page_of(alert)):
        assert signed_in(getattr(p, role)).get(page).status_code == 403


@pytest.mark.parametrize("role", ["sv", "zh", "dl", "dp", "rv"])
def test_those_who_watch_read_it(p, role):
    alert, tickets = warned(p)
    client = signed_in(getattr(p, role))

    assert "停水" in client.get(LIST).content.decode()
    page = client.get(page_of(alert)).content.decode()
    assert tickets[0].ticket_no in page
    assert ("take_up" in page) == (role in ("sv", "zh", "dl"))


@pytest.mark.parametrize("address", ["9", "999999999999999999"])
def test_a_warning_that_there_is_not(p, address):
    assert signed_in(p.sv).get(f"{LIST}{address}/").status_code == 404
    assert signed_in(p.sv).post(f"{LIST}{address}/", {"act": "take_up"}).status_code == 404


def test_what_was_made_confidential_since_is_not_shown(p):
    alert, tickets = warned(p)
    Ticket.objects.filter(pk=tickets[0].pk).update(is_confidential=True)

    assert tickets[0].ticket_no not in signed_in(p.sv).get(page_of(alert)).content.decode()


# --- one master matter ------------------------------------------------------------------------------------------------------


def test_the_reviewers_are_asked_once_and_merge_in_the_preview(p):
    alert, tickets = taken_up(p)
    says(p.sv, alert, "ask_to_merge")
    says(p.sv, alert, "ask_to_merge")
    assert Notice.objects.filter(kind="merge_asked", recipient=p.rv).count() == 1
    client = signed_in(p.rv, "en")
    url, many, master = client.get(page_of(alert)).context["merging"]
    assert (many, master) == (6, tickets[0].ticket_no)

    preview = client.get(url)

    assert preview.context["ready"] == 6
    assert f'value="{master}"' in preview.content.decode(), "the master is filled in"
    numbers = [f"{plan.ticket_no}:{plan.version}" for plan in preview.context["plans"]]
    done = client.post(url.partition("?")[0], {"t": numbers, "master": master, "back": page_of(alert)})
    assert [result.is_done for result in done.context["results"]] == [True] * 6
    assert Ticket.objects.filter(master=tickets[0], state="merged").count() == 6
    assert client.get(page_of(alert)).context["merging"] is None, "nothing is left to be merged"


def test_who_may_not_merge_gets_no_preview(p):
    alert, _tickets = taken_up(p)

    assert signed_in(p.sv).get(page_of(alert)).context["merging"] is None


# --- one answer ---------------------------------------------------------------------------------------------------------------


def released(p, **fields):
    alert, tickets = taken_up(p, **fields)
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)
    return broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=True), tickets


def send():
    return broadcasts.send(clock=lambda: NOON)


@pytest.fixture
def in_force(p):
    """Before anything is written: a trigger cannot be switched while events of this transaction wait for it."""
    audited.with_all_triggers()


def test_an_answer_that_two_persons_gave_goes_to_everybody_once(in_force, p):
    row, tickets = released(p)
    before = audited.codes(NOON)

    assert (send(), send()) == (7, 0)

    told = Notice.objects.filter(kind="broadcast")
    assert {notice.ticket_no for notice in told} == {ticket.ticket_no for ticket in tickets}
    assert {notice.params["answer"] for notice in told} == {ANSWER}
    assert TicketEvent.objects.filter(name="broadcast_answer", by=p.dl).count() == 7
    assert set(row.to.values_list("result", flat=True)) == {"told"}
    assert "统一答复" in signed_in(p.sv).get(f"/tickets/{tickets[0].ticket_no}/").content.decode()
    assert audited.codes(NOON) == before


def test_one_caller_is_told_once_and_nothing_confidential_is_sent(p):
    row, tickets = released(p)
    Ticket.objects.filter(pk=tickets[0].pk).update(is_confidential=True)
    Ticket.objects.filter(pk=tickets[2].pk).update(phone_hash=tickets[1].phone_hash)

    send()

    results = dict(row.to.values_list("ticket", "result"))
    assert [results[ticket.pk] for ticket in tickets[:4]] == ["not_now", "told", "same_caller", "told"]
    assert Notice.objects.filter(kind="broadcast").count() == 5


def test_nobody_releases_his_own_answer_and_none_is_decided_twice(p):
    alert, _tickets = taken_up(p)
    says(p.sv, alert, "broadcast", text=ANSWER)
    row = Broadcast.objects.get()
    says(p.sv, alert, "broadcast", text="第二个答复也想发出去")
    says(p.sv, alert, "decide", id=row.pk, approve="")
    assert Broadcast.objects.get().status == "open"

    says(p.zh, alert, "decide", id=row.pk, refuse="")
    says(p.dl, alert, "decide", id=row.pk, approve="")

    assert Broadcast.objects.get().status == "refused"
    assert not BroadcastTo.objects.exists()
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Broadcast.objects.update(text="别的话")
    assert says(p.dp, alert, "decide", id=row.pk, approve="").status_code == 403
    assert says(p.dl, alert, "decide", id=row.pk + 1, approve="").status_code == 404


@pytest.mark.parametrize("text", ["请拨打13800138000联系彭先生", "短", "长" * 201], ids=["a number", "short", "long"])
def test_an_answer_that_may_not_be_sent_is_refused_and_kept_in_the_field(p, text):
    alert, _tickets = taken_up(p)

    answer = says(p.sv, alert, "broadcast", text=text)

    assert answer.status_code == 422 and text in answer.content.decode()
    assert not Broadcast.objects.exists()


def test_what_was_ended_meanwhile_is_not_answered(p):
    alert, _tickets = taken_up(p)
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)
    acts.end(alert.pk, by=p.sv, now=NOON)

    with pytest.raises(Refused):
        broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=True)

    assert broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=False).status == "refused"


def test_before_it_is_taken_up_nothing_is_answered_or_merged(p):
    alert, _tickets = warned(p)
    for act in (lambda: broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER),
                lambda: acts.ask_to_merge(alert.pk, by=p.sv, now=NOON)):
        with pytest.raises(Refused):
            act()


# --- the briefing, and what the pages cost ------------------------------------------------------------------------------------


def test_the_briefing_is_drafted_from_the_figures_and_kept_as_it_was_written(p):
    alert, _tickets = warned(p)
    draft = signed_in(p.sv, "en").get(page_of(alert)).context["briefing"].initial["text"]
    assert "7 reports of 7 people" in draft and "滨江路" in draft

    says(p.sv, alert, "briefing", text="关于滨江路停水情况的专报：已协调抢修。")

    assert "已协调抢修" in signed_in(p.dl).get(page_of(alert)).content.decode()


def test_pages_cost_the_same_however_much_is_on_them(p):
    alert, _tickets = warned(p)
    few = [cost(signed_in(who), url) for who in (p.sv, p.rv) for url in (LIST, page_of(alert))]
    for number in range(5):
        report(p, NOON + MINUTE, WATER[0], 70 + number, address="滨江路12号")
    keeping.look(now=NOON + 2 * MINUTE)
    leaks(p, NOON + HOUR, 10)
    keeping.look(now=NOON + HOUR)

    assert [cost(signed_in(who), url) for who in (p.sv, p.rv) for url in (LIST, page_of(alert))] == few
    assert max(few[::2]) <= 10 and max(few[1::2]) <= 20


# --- every act in every state, through the page ---------------------------------------------------------------------------------

FIELDS = {"false_alarm": {"reason": "不是一回事"}, "broadcast": {"text": ANSWER}, "briefing": {"text": "关于滨江路停水情况的专报。"}}
POSSIBLE = {"open": {"take_up", "false_alarm", "end", "briefing"}, "false_alarm": {"briefing"}, "over": {"briefing"},
            "taken_up": {"ask_to_merge", "broadcast", "false_alarm", "end", "briefing"}}


@pytest.mark.parametrize("act", ["take_up", "ask_to_merge", "broadcast", "false_alarm", "end", "briefing"])
@pytest.mark.parametrize("status", POSSIBLE)
def test_an_act_is_done_once_where_it_is_possible_and_else_refused_with_a_sentence(p, status, act):
    """Given a warning in a state, when an act is sent twice, then it is done at most once; a refusal says why."""
    alert, _tickets = warned(p)
    if status != "open":
        acts.take_up(alert.pk, by=p.sv, now=NOON)
    if status in ("false_alarm", "over"):
        {"false_alarm": acts.false_alarm, "over": acts.end}[status](alert.pk, by=p.sv, now=NOON, reason="已核实")

    def kept():
        return Alert.objects.values().get(pk=alert.pk), Broadcast.objects.count(), Notice.objects.count()

    before = kept()
    client = signed_in(p.zh, "en")
    sent = {"act": act, **FIELDS.get(act, {})}
    first = client.post(page_of(alert), sent, follow=True)
    after = kept()
    second = client.post(page_of(alert), sent, follow=True)

    assert (after != before) == (act in POSSIBLE[status])
    assert kept() == after
    assert [answer.status_code for answer in (first, second)] == [200, 200]
    is_refused = [any(said.level_tag == "warning" for said in answer.context["messages"]) for answer in (first, second)]
    assert is_refused == [act not in POSSIBLE[status], act != "briefing"]


@pytest.mark.parametrize("fields", [{"act": "no_such_act"}, {}, {"act": "decide", "id": "x"}, {"act": "decide"}])
def test_what_is_no_act_is_not_found(p, fields):
    alert, _tickets = taken_up(p)
    assert signed_in(p.sv).post(page_of(alert), fields).status_code == 404


def test_the_page_offers_what_is_possible_and_says_what_comes_of_it(p):
    alert, _tickets = warned(p)
    client = signed_in(p.sv, "en")

    def offered():
        page = client.get(page_of(alert)).content.decode()
        return {name for name in (*FIELDS, "take_up", "ask_to_merge", "end") if f'value="{name}"' in page}, page

    buttons, page = offered()
    assert buttons == POSSIBLE["open"] and "it stands in your name" in page
    acts.take_up(alert.pk, by=p.sv, now=NOON)
    buttons, page = offered()
    assert buttons == POSSIBLE["taken_up"] and "their own clocks end" in page
    broadcasts.write(alert.pk, by=p.zh, now=NOON, text=ANSWER)
    assert "to all who reported these 7 tickets" in offered()[1]
    acts.end(alert.pk, by=p.sv, now=NOON)
    assert offered()[0] == POSSIBLE["over"]


def test_what_was_only_added_does_not_become_the_master(p):
    """Given an older report of another matter that was added later, the others go on in one of those that were warned of."""
    alert, tickets = taken_up(p)
    older = report(p, NOON - 3 * DAY, "滨江路自来水有异味", 90, address="滨江路12号")
    keeping.link(alert, {older.pk}, {}, now=NOON)

    assert signed_in(p.rv).get(page_of(alert)).context["merging"][2] == tickets[0].ticket_no
