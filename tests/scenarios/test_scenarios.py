"""Published days of real hotlines, played through the real actions: their figures come out, and the audit finds nothing."""
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as some

from accounts.instant import database_now
from dispatch.models import Escalation
from followup.models import CallbackTask
from hotline.scenarios import play
from hotline.scenarios.plan import SCENARIOS, apportion
from insights.published.measured import PLAYED, counts
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import signed_in
from tickets.models import Call, Clock, Ticket
from tickets.states import State

PASSWORD = "for-the-demo-only"
SHARES = {"xiaogan": 0.003, "nantong": 0.01, "chengdu_hour": 0.03}


@pytest.fixture
def turned_on(settings):
    settings.HOTLINE_DEMO, settings.PRODUCTION, settings.HOTLINE_DEMO_PASSWORD = True, False, PASSWORD


@pytest.fixture
def demo(db, turned_on):
    make.load_reference()
    audited.with_all_triggers()


def load(name, share=None):
    out = StringIO()
    call_command("load_scenario", name, "--share", str(share or SHARES[name]), stdout=out, verbosity=0)
    return out.getvalue()


# --- the numbers ---------------------------------------------------------------------------------------------------


def test_the_plans_have_the_published_totals():
    assert {name: scenario.tickets for name, scenario in SCENARIOS.items()} == {
        "xiaogan": 20_526, "nantong": 6_407, "chengdu_hour": 1_778}
    for name, scenario in SCENARIOS.items():
        arrivals = scenario.arrivals()
        assert Counter(cell for _at, cell in arrivals) == Counter({cell: cell.tickets for cell in scenario.cells if cell.tickets})
        assert PLAYED[name].since <= arrivals[0][0] <= arrivals[-1][0] < PLAYED[name].until
        assert arrivals == scenario.arrivals(), "the same at every call"
    of_type = Counter()
    for cell in SCENARIOS["xiaogan"].cells:
        of_type[cell.type] += cell.tickets
    assert sorted(of_type.values()) == [1437, 6363, 12_726]


@given(some.lists(some.integers(1, 10_000), min_size=1, max_size=12), some.integers(0, 30_000))
def test_a_smaller_scenario_keeps_its_proportions(given_counts, total):
    found = apportion(given_counts, total)

    assert sum(found) == total
    for count, n in zip(given_counts, found, strict=True):
        assert abs(n - count * total / sum(given_counts)) <= 1


# --- in small ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_in_small_everything_is_done_in_time_and_the_audit_finds_nothing(demo, name):
    said = load(name)

    scenario = SCENARIOS[name].shrunk(SHARES[name])
    assert "audit: 0 findings" in said
    audited.check_deferred()
    assert audited.broken(database_now()) == {}
    assert Ticket.objects.count() == Call.objects.count() == scenario.tickets
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert set(Clock.objects.values_list("status", flat=True)) <= {"met", "void"}
    assert not Escalation.objects.exists()
    assert not Notice.objects.waiting(database_now()).exists()
    found = counts(PLAYED[name].since, PLAYED[name].until)
    assert found["all"] == scenario.tickets
    for cell in scenario.cells:
        assert found[f"type:{cell.type}"] == sum(other.tickets for other in scenario.cells if other.type == cell.type)
    asked = sum(cell.tickets for cell in scenario.cells if cell.type not in ("consult", "other"))
    assert f"100.00% ({asked:,}/{asked:,})" in said


@pytest.mark.slow
def test_loaded_twice_nothing_is_added_and_stopped_half_way_it_goes_on(demo, monkeypatch):
    """Given a load that is killed after its first batch, when it is begun again, then each matter is there once."""
    monkeypatch.setattr(play, "BATCH", 4)
    scenario = SCENARIOS["chengdu_hour"].shrunk(0.006)
    from hotline.demo import people
    people.bring_in(password=PASSWORD, now=database_now())
    play.load(scenario, people.assemble(), play.missing(scenario)[:4])

    first, second = load("chengdu_hour", 0.006), load("chengdu_hour", 0.006)

    assert f"{scenario.tickets - 4} matters added, 4 were there" in first
    assert "none added" in second
    assert Ticket.objects.count() == scenario.tickets
    with pytest.raises(CommandError, match="another share"):
        load("chengdu_hour", 0.01)


@pytest.mark.slow
def test_an_outcome_that_is_deleted_is_missed_by_the_audit_and_by_the_rate(demo, p):
    """Scenario 1, in small."""
    load("xiaogan")
    task = CallbackTask.objects.order_by("pk").first()
    remove_outcome(task)

    findings = audited.broken(database_now())

    assert findings["I2"][0] == 1
    assert {count for count, _examples in findings.values()} == {1}
    page = signed_in(p.sv).get("/desk/published/?of=xiaogan").content.decode()
    asked = CallbackTask.objects.count()
    assert f"({asked - 1}/{asked})" in page


def remove_outcome(task):
    """As whoever owns the database could."""
    import pgtrigger
    with pgtrigger.ignore():
        CallbackTask.objects.filter(pk=task.pk).update(
            outcome="", outcome_at=None, outcome_by=None, speaker="", status="open")


def test_it_refuses_where_the_demo_is_off_and_a_share_that_is_none(demo, settings):
    for share in ("0", "-1", "1.5"):
        with pytest.raises(CommandError, match="share"):
            call_command("load_scenario", "nantong", "--share", share, stdout=StringIO(), verbosity=0)
    for off in ({"HOTLINE_DEMO": False}, {"PRODUCTION": True}):
        settings.HOTLINE_DEMO, settings.PRODUCTION = True, False
        for name, value in off.items():
            setattr(settings, name, value)
        with pytest.raises(CommandError, match="The demo is off"):
            load("nantong")
    assert not Ticket.objects.exists()
