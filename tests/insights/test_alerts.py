"""预警: what is found, kept once, told once; and what people do with it."""
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from accounts.instant import database_now
from insights import tasks
from insights.alerts import acts, broadcasts, clusters, keeping, surge
from insights.models import Alert, AlertTicket, Broadcast, BroadcastTo
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.insights.warnings import ANSWER, DAY, HOUR, MINUTE, OTHERS, WATER, report, town
from tests.insights.warnings import outage as make_outage
from tickets.actions import Refused
from tickets.models import Ticket, TicketEvent

LIST = "/desk/alerts/"


def outage(p, now=NOON, texts=WATER, **fields):
    """Neighbours call every five minutes; the last one at `now`. Around them the town reports what it always does."""
    town(p, now)
    return make_outage(p, now, texts, **fields)


def warned(p, **fields):
    tickets = outage(p, **fields)
    (alert,) = keeping.look(now=NOON)
    return alert, tickets


def taken_up(p, **fields):
    alert, tickets = warned(p, **fields)
    return acts.take_up(alert.pk, by=p.sv, now=NOON), tickets


# --- several people about one thing ----------------------------------------------------------------------------------------


def test_seven_calls_about_one_thing_in_one_place_are_one_warning(p):
    alert, tickets = warned(p)

    assert (alert.kind, alert.status, alert.count, alert.people) == ("cluster", "open", 7, 7)
    assert alert.until - alert.since == 30 * MINUTE
    assert set(alert.tickets.values_list("pk", flat=True)) == {ticket.pk for ticket in tickets}
    assert alert.place == "滨江路" and "停水" in "".join(alert.words)
    assert alert.area == make.unit("WJJD")


def test_the_window_counted_again_by_brute_force_says_the_same(p):
    alert, _tickets = warned(p)
    read = keeping.reports(NOON)
    rare, centre = clusters.rarity(read), next(one for one in read if one.id == alert.centre_id)

    again = {one.id for one in read if alert.since <= one.at <= alert.until and clusters.alike(centre, one, rare)}

    assert len(again) == alert.count
    assert again == set(AlertTicket.objects.filter(alert=alert, at=alert.at).values_list("ticket", flat=True))


def test_it_is_found_once_told_once_and_what_follows_is_added(p):
    alert, tickets = warned(p)
    assert keeping.look(now=NOON) == [] == keeping.look(now=NOON + MINUTE)
    later = report(p, NOON + 3 * MINUTE, "滨江路停水到现在还没有恢复", 50, address="滨江路88号")

    assert keeping.look(now=NOON + 5 * MINUTE) == []

    alert.refresh_from_db()
    assert (alert.count, alert.tickets.count()) == (7, 8), "what was found stays, the tickets grow"
    assert later in alert.tickets.all()
    told = Notice.objects.filter(kind="early_warning")
    assert [notice.recipient for notice in told] == [p.dl]
    assert "停水" not in str(told.get().params), "no word of a citizen"


@pytest.mark.parametrize("change", [
    {"texts": WATER[:3]}, {"is_confidential": True}, {"texts": OTHERS[:7]},
], ids=["too few", "confidential", "of many things"])
def test_what_is_no_cluster_is_not_warned_of(p, change):
    outage(p, **change)

    assert keeping.look(now=NOON) == []


def test_one_person_who_calls_often_is_one(p):
    for number, text in enumerate(WATER):
        report(p, NOON - number * MINUTE, text, 1, address="滨江路12号")

    assert keeping.look(now=NOON) == []


def test_two_streets_are_two_matters(p):
    for number, text in enumerate(WATER[:6]):
        report(p, NOON - number * MINUTE, text, number, address="滨江路12号", area=make.unit(("WJJD", "XAJD")[number % 2]))

    assert keeping.look(now=NOON) == []


def test_a_warning_that_nobody_takes_up_is_over_when_it_is_quiet(p):
    alert, _tickets = warned(p)

    keeping.look(now=NOON + 2 * DAY)

    alert.refresh_from_db()
    assert (alert.status, alert.ended_by.username) == ("over", "system")


def test_after_a_quiet_day_the_same_is_a_new_warning(p):
    first, _tickets = warned(p)
    for number, text in enumerate(WATER):
        report(p, NOON + 3 * DAY - number * MINUTE, text, number, address="滨江路12号")

    made = keeping.look(now=NOON + 3 * DAY)

    assert len(made) == 1 and made[0].pk != first.pk
    assert made[0].count == 7


def test_the_worker_looks(p):
    outage(p, now=database_now() - MINUTE)

    tasks.look_for_warnings()
    tasks.look_for_warnings()

    assert Alert.objects.count() == 1


# --- more than usual ----------------------------------------------------------------------------------------------------------


DISTINCT = ("屋顶漏水没有人来修", "外墙裂缝越来越大", "卫生间渗水到楼下", "阳台地面开裂", "电梯井进水", "地下车库积水", "窗户关不严漏风", "楼道墙皮脱落", "化粪池堵塞外溢",
            "供暖管道爆裂", "天花板发霉", "厨房下水返味")


def leaks(p, now, count, **fields):
    return [report(p, now - number * HOUR, DISTINCT[number % 12] + "甲乙丙丁戊己庚辛壬癸"[number % 10] * 3, 300 + number,
                   address="", **fields) for number in range(count)]


def surges_of(now=NOON):
    return [one for one in keeping.look(now=now) if one.kind == "surge"]


def test_ten_where_there_was_nothing_are_a_surge_of_the_most_exact_kind(p):
    tickets = leaks(p, NOON, 10)

    (alert,) = surges_of()

    assert (alert.code, alert.area, alert.count, alert.before, alert.weekday) == ("010201", make.unit("WJJD"), 10, 0, 0)
    assert alert.tickets.count() == len(tickets)
    assert alert.matter


@pytest.mark.parametrize(("now", "before", "weekday", "is_one"), [
    (10, 6, 0, True), (10, 7, 0, False), (10, 0, 7, False), (10, 6, 6, True), (9, 0, 0, False)])
def test_both_windows_are_exceeded_by_half(p, now, before, weekday, is_one):
    leaks(p, NOON, now)
    leaks(p, NOON - DAY, before)
    leaks(p, NOON - 7 * DAY, weekday)

    found = surges_of()

    assert bool(found) == is_one
    if found:
        assert (found[0].count, found[0].before, found[0].weekday) == (now, before, weekday)
        rows = Ticket.objects.filter(category__code="010201", area__path__startswith=make.unit("WJJD").path)
        spans = ((DAY, timedelta()), (2 * DAY, DAY), (8 * DAY, 7 * DAY))
        assert [sum(NOON - since < row.registered_at <= NOON - until for row in rows) for since, until in spans] == [
            now, before, weekday]


def test_spread_over_streets_and_kinds_it_is_a_surge_of_the_group_in_the_district(p):
    for number, (area, code) in enumerate([(area, code) for area in ("WJJD", "XAJD") for code in ("010201", "010202")] * 3):
        report(p, NOON - number * HOUR, DISTINCT[number], number, area=make.unit(area), category=make.category(code), address="")

    (alert,) = surges_of()

    assert (alert.code, alert.area, alert.count) == ("0102", None, 12)


def test_what_a_cluster_explains_is_no_surge_as_well(p):
    texts = [f"{text}{sign}" for text in WATER for sign in ("", "啊")]
    outage(p, texts=texts)

    made = keeping.look(now=NOON)

    assert [alert.kind for alert in made] == ["cluster"] and made[0].count >= 10


def test_a_surge_that_goes_on_is_the_same_warning(p):
    leaks(p, NOON, 10)
    (alert,) = surges_of()
    leaks(p, NOON + HOUR, 1)

    assert surges_of(NOON + HOUR) == []

    assert Alert.objects.get().tickets.count() == 11
    alert.refresh_from_db()
    assert (alert.count, alert.live_until) == (10, NOON + HOUR + DAY)


def test_the_figures_of_a_warning_never_change(p):
    alert, _tickets = warned(p)
    for change in ({"count": 1}, {"words": []}, {"until": NOON + HOUR}, {"place": "别处"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(**change)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        alert.delete()


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


def test_units_lie_in_their_streets(p):
    streets = surge.streets_of()

    assert streets[make.unit("WJJD").pk] == make.unit("WJJD").pk
    assert make.unit("ZJ").pk not in streets
