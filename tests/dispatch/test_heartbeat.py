"""The guard that stops escalation when the database's clock jumps."""
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from dispatch import escalation, heartbeat
from dispatch.heartbeat import ClockGuard
from dispatch.models import Escalation, Heartbeat
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def look(database, machine, boot="one"):
    """A look at so many seconds by the database's clock and by the machine's."""
    return escalation.sweep(now=NOON + timedelta(seconds=database), guard=ClockGuard(boot, machine))


@pytest.fixture
def p():
    return make.make_people()


def test_clocks_that_go_together_never_stop_anything(p):
    ticket = make.in_hand(p)

    for seconds in range(0, 7200, 600):
        assert look(seconds, seconds + 5000).finished
    assert look(7200, 7200 + 5000 - 119).fired == 1

    assert Escalation.objects.filter(ticket=ticket, rung="L1").exists()


@pytest.mark.parametrize("jump", [7200, 121, -3600])
def test_a_jump_stops_firing_before_anything_false_is_written(p, jump):
    make.in_hand(p)
    look(60, 60)

    assert not look(75 + jump, 75).finished
    assert not look(76 + jump, 76).finished
    assert not look(80, 80).finished  # even when the clock comes back

    assert not Escalation.objects.exists()


def test_the_alarm_is_raised_once_for_duty_leaders_and_administrators(p):
    look(0, 0)
    for seconds in range(10, 100, 10):
        look(seconds + 7200, seconds)

    alarms = Notice.objects.filter(kind="clock_jumped", channel="inapp")
    assert {alarm.recipient for alarm in alarms} == {p.dl, p.ad}
    assert len(alarms) == 2
    assert alarms[0].params == {"seconds": 7200}


def test_a_stopped_sweep_gives_no_sign_of_life(p):
    look(0, 0)
    look(7210, 10)

    assert Heartbeat.objects.get(name="sweep").last_ok == NOON


def test_an_outage_is_no_jump_since_the_machine_was_down_as_long(p):
    make.in_hand(p)
    look(0, 0)

    assert look(3 * 3600, 3 * 3600).fired == 1


def test_another_machine_and_a_reboot_start_their_own_readings(p):
    look(0, 50_000, boot="one")
    assert look(10, 7, boot="two").finished
    assert look(20, 50_020, boot="one").finished
    assert look(30, 3, boot="one again").finished

    assert not look(7240, 37, boot="two").finished


def test_only_a_few_readings_are_kept(p):
    for number in range(20):
        look(number, 5, boot=f"boot {number}")

    readings = Heartbeat.objects.get(name="sweep").data["readings"]
    assert len(readings) == heartbeat.READINGS_KEPT
    assert "boot 19" in readings and "boot 0" not in readings


def test_an_operator_who_checked_the_clock_lets_it_go_on(p, capsys):
    ticket = make.in_hand(p)
    look(0, 0)
    look(7210, 10)

    call_command("resume_sweep", by=p.ad.username)

    assert look(7220, 20).fired == 1
    assert Escalation.objects.filter(ticket=ticket).exists()
    assert "7200 s" in capsys.readouterr().out
    entry = AuditEntry.objects.get(what="resume_sweep")
    assert (entry.kind, entry.user, entry.data) == ("CONFIG", p.ad, {"drift": 7200})


def test_resuming_what_was_not_stopped_changes_nothing(p, capsys):
    call_command("resume_sweep", by=p.ad.username)

    assert "was not stopped" in capsys.readouterr().out
    assert not AuditEntry.objects.exists()
    with pytest.raises(CommandError):
        call_command("resume_sweep", by="nobody.at.all")


def test_the_machine_can_be_read():
    first, second = ClockGuard.read(), ClockGuard.read()

    assert first.boot == second.boot
    assert first.seconds <= second.seconds
