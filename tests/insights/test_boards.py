"""Boards and the wall: the right numbers, only of what one may see, as of now and as of a past minute."""
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.instant import database_now
from dispatch import supervision, wall
from insights.boards import board, past
from insights.boards.board import View
from insights.memos import acts as memos
from tests import factories
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tickets.models import Ticket, TicketEvent
from tickets.states import OPEN
from tickets.telephony import seats

LATER = NOON + timedelta(minutes=90)
MINUTE = timedelta(minutes=1)
READERS = ("sv", "zh", "dl", "ql", "ul")


def said(user, now, *names, at=None):
    return {one.name: one.said for one in board.sections(names, View(user, at or now, now))}


def of(bars):
    return {bar.label: bar.count for bar in bars}


def counted(user, now):
    return {number.label: number.count for number in wall.numbers(wall.sizes(user, now))}


def test_the_numbers_say_what_is_late_and_what_will_be(p):
    late, _open = factories.in_hand(p, NOON - timedelta(hours=3)), factories.in_dispatch(p, LATER)
    supervision.issue(late.pk, kind="overdue", by=p.sv, now=LATER)

    numbers = counted(p.sv, LATER)

    assert (numbers["已超期"], numbers["督办中"], numbers["在办"]) == (1, 1, 2)
    assert numbers["一小时内将超期"] == 1  # the ticket that waits for dispatch
    assert [(row["unit"], row["open"], row["late"]) for row in said(p.sv, LATER, "units")["units"]] == [(factories.unit().name, 1, 1)]


def test_numbers_lead_to_the_lists_that_they_count(p):
    factories.in_hand(p, NOON - timedelta(hours=3))
    for who, names in ((p.sv, {"late", "soon", "hour", "orders"}), (p.dl, {"late", "critical", "high"}), (p.ql, set())):
        linked = {one["number"].name: one["url"] for one in said(who, LATER, "numbers")["numbers"] if one["url"]}

        assert set(linked) == names
        assert [signed_in(who).get(url).status_code for url in linked.values()] == [200] * len(linked)


def test_a_leader_of_a_unit_counts_his_own_alone(p):
    factories.in_hand(p)
    factories.in_review(p)
    stranger = factories.make_user("UL", "JY")

    every = said(p.sv, LATER, "states", "intake", "heat", "seats", "topics")
    mine, none = (said(who, LATER, "states", "heat", "seats", "topics", "today", "units") for who in (p.ul, stranger))

    assert sum(of(every["states"]).values()) == sum(of(every["heat"]).values()) == 2
    assert sum(of(mine["states"]).values()) == sum(of(mine["heat"]).values()) == 1
    assert (none["states"], none["heat"], none["units"]) == ([], [], [])
    assert "seats" in every and "seats" not in mine and "topics" not in mine
    assert every["intake"].has_calls and not said(p.ul, LATER, "intake")["intake"].has_calls  # calls have no unit


def test_the_leader_of_a_unit_sees_how_far_the_memos_to_it_are(p):
    """A draft and another unit's are not counted."""
    words = {"by": p.sv, "now": NOON, "title": "关于屋面渗漏的建议", "text": "对老旧小区屋面开展排查。", "unit": factories.unit("ZJ")}
    memos.draft(due_at=LATER, **words)
    for hours, place, name in ((1, "ZJ", "late"), (9, "ZJ", "sent"), (9, "HB", "sent"), (2, "ZJ", "answered"), (3, "ZJ", "closed")):
        memo = memos.draft(due_at=NOON + hours * 60 * MINUTE, **words | {"unit": factories.unit(place)})
        memos.send(memo.pk, by=p.sv, now=NOON)
        if name in ("answered", "closed"):
            memos.answer(memo.pk, by=p.ul, now=NOON, adopted=True, text="已组织排查，月底前完成整改。")
        if name == "closed":
            memos.close(memo.pk, by=p.sv, now=NOON, ending="已落实。")

    assert [many for _label, many, _tone in said(p.ul, LATER, "memos")["memos"]] == [1, 1, 1, 1]
    assert 'id="h-memos"' in signed_in(p.ul).get("/desk/board/").content.decode()
    assert 'id="h-memos"' not in signed_in(p.ql).get("/desk/board/").content.decode()


def test_each_minute_of_the_last_hour_has_its_bar(p):
    for minutes in (1, 1, 30, 59, 61):
        factories.in_review(p, NOON - minutes * MINUTE)

    drawn = said(p.sv, NOON, "intake")["intake"]

    assert (drawn.tickets, drawn.calls, drawn.most, len(drawn.each)) == (4, 4, 2, 60)
    assert [(minute.at, minute.tickets) for minute in drawn.each if minute.tickets > 1] == [(NOON - MINUTE, 2)]


def test_a_street_is_as_hot_as_all_its_places(p):
    factories.in_review(p)
    factories.in_review(p, area=factories.unit("WJJD").children.first() or factories.unit("WJJD"))

    assert of(said(p.sv, LATER, "heat")["heat"]) == {factories.unit("WJJD").name: 2}


def test_seats_on_duty_now_and_then(p):
    seats.sit_down(by=p.op, now=NOON, extension="801", place="home")

    assert said(p.dl, LATER, "seats")["seats"]["total"] == 1
    assert said(p.dl, LATER, "seats", at=NOON - MINUTE)["seats"]["total"] == 0
    seats.leave(by=p.op, now=LATER)
    assert said(p.dl, LATER + MINUTE, "seats")["seats"]["total"] == 0
    assert ("居家", 1) in said(p.dl, LATER + MINUTE, "seats", at=NOON + MINUTE)["seats"]["kinds"]


def by_the_trail(at, tickets):
    """{state: how many}, each ticket's own events replayed."""
    found: dict = {}
    for pk in tickets.values_list("pk", flat=True):
        last = TicketEvent.objects.filter(ticket=pk, at__lt=at).order_by("seq").last()
        if last and last.target in OPEN:
            found[last.target] = found.get(last.target, 0) + 1
    return found


def test_states_as_of_any_past_minute_are_those_of_the_trail(p):
    factories.closed(p, NOON - timedelta(hours=30))
    factories.in_hand(p, NOON - timedelta(hours=3))
    factories.in_review(p, NOON - timedelta(minutes=5))
    end = NOON + timedelta(days=2)

    moments = sorted(TicketEvent.objects.values_list("at", flat=True))
    for at in {moment + step for moment in moments for step in (-MINUTE, timedelta(0), MINUTE)}:
        assert past.states(p.sv, at, end) == by_the_trail(at, Ticket.objects.all())
        assert past.states(p.ul, at, end) == by_the_trail(at, wall.countable(p.ul))
    assert past.states(p.sv, NOON, NOON + past.REACH + MINUTE) is None


def test_a_past_minute_has_the_lights_that_it_had(p, monkeypatch):
    """Given a late ticket that is dealt with since then and one that waits, when the past is asked for, then both count as
    they did; of too many changes nothing is said. Every instant of random walks: test_past_lights.py."""
    late, _open = factories.in_hand(p, NOON - timedelta(hours=3)), factories.in_dispatch(p, LATER)
    then, at, end = counted(p.sv, LATER + MINUTE), LATER + MINUTE, LATER + timedelta(days=2)
    supervision.issue(late.pk, kind="overdue", by=p.sv, now=LATER + 2 * MINUTE)

    lights = said(p.sv, end, "numbers", at=at)["numbers"]

    assert {one["number"].label: one["number"].count for one in lights} == {
        label: many for label, many in then.items() if label in ("已超期", "黄灯", "在办")}
    assert not any(one["url"] for one in lights), "no list of today is that of then"
    titles = [section.title for then_or_now in (at, end) for section in board.sections(["numbers"], View(p.sv, then_or_now, end))]
    assert titles == [board.THEN["numbers"], board.TITLES["numbers"]], "what matters now is not said of the past"
    assert [one["number"].count for one in said(p.ul, end, "numbers", at=at)["numbers"]] == [1, 0, 1]
    monkeypatch.setattr(past, "MOST", 0)
    assert "numbers" not in said(p.sv, end, "numbers", at=at)


def test_a_past_minute_shows_what_is_kept_of_it_and_no_minute_to_come(p):
    factories.in_review(p)
    client = signed_in(p.sv)

    then = client.get("/desk/board/?at=2020-01-01T10:00")
    never = client.get("/desk/board/?at=2199-01-01T10:00")
    wrong = client.get("/desk/wall/?at=x")

    assert [one.name for one in then.context["sections"]] == ["intake", "heat", "rates", "seats"]
    assert "hx-trigger" not in then.content.decode().split('id="board"')[1].split(">")[0]
    assert (then.status_code, never.status_code, wrong.status_code) == (200, 422, 422)
    assert "invalid-feedback" in never.content.decode() and "2199-01-01T10:00" in never.content.decode()


def test_nothing_of_a_citizen_hangs_on_the_wall(p):
    factories.in_hand(p, database_now())

    page = signed_in(p.sv).get("/desk/wall/").content.decode()

    main = page[page.index("<main"):]
    assert factories.unit("WJJD").name in main
    assert not re.search(r"1[3-9]\d{9}", main)
    assert "江畔小区3栋" not in main


@pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "hd", "cb", "ad", "au"])
def test_others_see_neither(p, role):
    client = signed_in(getattr(p, role))

    assert [client.get(page).status_code for page in ("/desk/wall/", "/desk/board/")] == [403, 403]


@pytest.mark.parametrize("role", READERS)
def test_they_cost_the_same_for_one_ticket_and_for_many(p, role):
    client = signed_in(getattr(p, role))
    pages = ("/desk/wall/", "/desk/board/")
    factories.in_hand(p)
    few = [cost(client, page) for page in pages]
    for _time in range(4):
        factories.in_hand(p)

    assert [cost(client, page) for page in pages] == few
    assert max(few) <= 10


def test_a_past_minute_costs_the_same_for_one_ticket_and_for_many(p):
    client, at = signed_in(p.sv), f"{timezone.localtime(database_now() - 30 * MINUTE):%Y-%m-%dT%H:%M}"
    factories.in_hand(p, database_now() - 90 * MINUTE)
    factories.in_hand(p, database_now() - MINUTE)
    supervision.issue(factories.in_hand(p, database_now() - 90 * MINUTE).pk, kind="overdue", by=p.sv, now=database_now())
    few = cost(client, f"/desk/board/?at={at}")
    for _time in range(4):
        ticket = factories.in_hand(p, database_now() - 90 * MINUTE)
        supervision.issue(ticket.pk, kind="overdue", by=p.sv, now=database_now())

    assert cost(client, f"/desk/board/?at={at}") == few <= 20


def test_they_bring_themselves_up_to_date(p):
    for page, name in (("/desk/wall/", "wall"), ("/desk/board/", "board")):
        part = signed_in(p.sv).get(page, headers={"HX-Request": "true"}).content.decode()

        assert part.strip().startswith(f'<div id="{name}"')
        assert "hotline:changed" in part
