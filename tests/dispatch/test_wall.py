"""The wall: the right numbers, the most pressing first, nothing of a citizen, and nobody who may not look."""
import re
from datetime import timedelta

import pytest

from dispatch import supervision, wall
from tests import factories
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tickets.clocks import Clock

LATER = NOON + timedelta(minutes=90)


def counted(user, now):
    return {number.label: number.count for number in wall.numbers(user, now)}


def test_the_numbers_say_what_is_late_and_what_will_be(p):
    late, _open = factories.in_hand(p, NOON - timedelta(hours=3)), factories.in_dispatch(p, LATER)
    supervision.issue(late.pk, kind="overdue", by=p.sv, now=LATER)

    numbers = counted(p.sv, LATER)

    assert (numbers["已超期"], numbers["督办中"], numbers["在办"]) == (1, 1, 2)
    assert numbers["一小时内将超期"] == 1  # the ticket that waits for dispatch


def test_a_leader_of_a_unit_sees_the_numbers_of_his_unit(p):
    factories.in_hand(p)
    factories.in_review(p)

    assert counted(p.ul, NOON)["在办"] == 1
    assert counted(factories.make_user("UL", "JY"), NOON)["在办"] == 0
    assert counted(p.sv, NOON)["在办"] == 2


def test_the_most_pressing_comes_first_and_the_wall_has_an_end(p):
    made = [factories.in_review(p, NOON - timedelta(minutes=minutes)) for minutes in (0, 300, 100, 200, 10, 20, 30, 40, 50)]

    shown = [row["ticket"] for row in wall.pressing(p.sv, NOON)]

    assert shown[:3] == [made[1], made[3], made[2]]
    assert len(shown) == wall.ROWS


def test_nothing_of_a_citizen_hangs_on_the_wall(p):
    factories.in_hand(p)

    page = signed_in(p.sv).get("/wall/").content.decode()

    main = page[page.index("<main"):]
    assert "房屋渗漏开裂" in main
    assert not re.search(r"1[3-9]\d{9}", main)
    assert "江畔小区3栋" not in main


@pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "hd", "cb", "ad", "au"])
def test_others_do_not_see_it(p, role):
    assert signed_in(getattr(p, role)).get("/wall/").status_code == 403


def test_it_costs_the_same_for_one_ticket_and_for_many(p):
    client = signed_in(p.sv)
    factories.in_hand(p)
    few = cost(client, "/wall/")
    for _time in range(8):
        factories.in_hand(p)

    assert cost(client, "/wall/") == few <= 10


def test_it_brings_itself_up_to_date(p):
    factories.in_hand(p)

    part = signed_in(p.sv).get("/wall/", headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith('<div id="wall"')
    assert "hotline:changed" in part
    assert Clock.objects.exists()
