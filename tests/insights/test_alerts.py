"""预警: what is found, kept once, told once."""
import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from accounts.instant import database_now
from insights import tasks
from insights.alerts import clusters, keeping, surge
from insights.models import Alert, AlertTicket
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tests.insights.warnings import DAY, DISTINCT, HOUR, MINUTE, OTHERS, WATER, burst, leaks, report, warned
from tickets.models import Ticket

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
    burst(p, **change)

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

    assert keeping.look(now=NOON + 2 * DAY) == [], "the same tickets, in a longer window, are no second one"

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
    burst(p, now=database_now() - MINUTE)

    tasks.look_for_warnings()
    tasks.look_for_warnings()

    assert Alert.objects.count() == 1


# --- more than usual ----------------------------------------------------------------------------------------------------------


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
        spans = ((DAY, 0 * DAY), (2 * DAY, DAY), (8 * DAY, 7 * DAY))
        assert [sum(NOON - since < row.registered_at <= NOON - until for row in rows) for since, until in spans] == [
            now, before, weekday]


def test_spread_over_streets_and_kinds_it_is_a_surge_of_the_group_in_the_district(p):
    for number, (area, code) in enumerate([(area, code) for area in ("WJJD", "XAJD") for code in ("010201", "010202")] * 3):
        report(p, NOON - number * HOUR, DISTINCT[number], number, area=make.unit(area), category=make.category(code), address="")

    (alert,) = surges_of()

    assert (alert.code, alert.area, alert.count) == ("0102", None, 12)


def test_what_a_cluster_explains_is_no_surge_as_well(p):
    texts = [f"{text}{sign}" for text in WATER for sign in ("", "啊")]
    burst(p, texts=texts)

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


def test_units_lie_in_their_streets(p):
    streets = surge.streets_of()

    assert streets[make.unit("WJJD").pk] == make.unit("WJJD").pk
    assert make.unit("ZJ").pk not in streets
