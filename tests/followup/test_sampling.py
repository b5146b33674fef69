"""抽查: a tenth of what ended unreachable, drawn by a seed that follows from the trail, and what comes of a finding."""
import hashlib
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from dispatch import escalation
from followup import actions as following
from followup import callbacks
from followup.models import CallbackTask, SampledCallback, SampleDraw, SampleFinding, SampleSeed
from followup.sampling import drawing, findings
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import HAPPY, NOON
from tests.tickets import ready
from tickets import weeks
from tickets.actions import Refused
from tickets.models import Ticket, TicketEvent

WEEK = date(2026, 3, 2)
NEXT = NOON + timedelta(days=8)
PAGE = "/desk/sampling/"
SAID = {"recording": "heard", "text": "录音已听,三次均为真实拨打。"}


@pytest.fixture
def in_force(p):
    """Before anything is written: a trigger cannot be switched while events of this transaction wait for it."""
    audited.with_all_triggers()


@pytest.fixture
def drawn(p):
    """The one callback that ended unreachable in the week, on a ticket that waits to be closed."""
    ready.unreachable(p)
    return sampled(p)


def sampled(p):
    drawing.publish(WEEK, by=p.sv, now=NEXT)
    return drawing.draw(WEEK, by=p.sv, now=NEXT).callbacks.get()


def unreachable(p, count):
    """Callbacks that ended so in the week, without the calls that led there."""
    ticket = make.closed(p)
    return CallbackTask.objects.bulk_create(CallbackTask(
        ticket=ticket, round=1, kind="follow_up", caller=ticket.caller, status="unreachable", created_at=NOON,
        next_attempt_at=NOON, outcome="unreachable", outcome_at=NOON, outcome_by=p.cb) for _each in range(count))


# --- the draw --------------------------------------------------------------------------------------------------------


@given(st.text(max_size=20), st.sets(st.integers(1, 10**9), max_size=200))
def test_who_is_drawn_depends_on_the_seed_alone(seed, numbers):
    found = drawing.chosen(seed, numbers)

    assert found == drawing.chosen(seed, sorted(numbers, reverse=True))
    assert len(found) == -(-len(numbers) // 10)
    assert {number for _hash, number in found} <= numbers
    left = [hashlib.sha256(f"{seed}|{number}".encode()).hexdigest() for number in numbers - {number for _hash, number in found}]
    assert not found or not left or max(found)[0] < min(left), "the smallest hashes are drawn"


@pytest.mark.parametrize(("count", "size"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_tenth_rounded_up(count, size):
    assert drawing.size_of(count) == size


def test_the_seed_is_the_formula_over_the_last_event_of_the_week(p):
    ready.unreachable(p)
    in_time = TicketEvent.objects.filter(at__lt=weeks.bounds(WEEK)[1]).order_by("at", "pk").last()
    make.in_hand(p, NEXT)  # of the next week

    row = drawing.publish(WEEK, by=p.sv, now=NEXT)

    assert row.event_hash == in_time.hash
    assert row.seed == hashlib.sha256(f"unreachable|2026-03-02|{in_time.hash}".encode()).hexdigest()
    assert drawing.publish(WEEK, by=p.sv, now=NEXT + timedelta(days=1)) == row


def test_the_sample_is_what_anyone_draws_with_the_seed(p):
    tasks = unreachable(p, 25)
    refused = CallbackTask.objects.filter(outcome="positive").get()
    seed = drawing.publish(WEEK, by=p.sv, now=NEXT).seed

    row = drawing.draw(WEEK, by=p.sv, now=NEXT)

    by_hand = sorted((hashlib.sha256(f"{seed}|{task.pk}".encode()).hexdigest(), task.pk) for task in tasks)[:3]
    assert list(row.callbacks.order_by("place").values_list("hash", "task")) == by_hand
    assert (row.population, row.size) == (25, 3)
    assert refused.pk not in [number for _hash, number in by_hand]
    assert drawing.differences(WEEK) == []
    call_command("verify_sample", "2026-W10")


def test_nothing_to_draw_is_a_draw_too(p):
    drawing.publish(WEEK, by=p.sv, now=NEXT)

    row = drawing.draw(WEEK, by=p.sv, now=NEXT)

    assert (row.population, row.size, row.callbacks.count()) == (0, 0, 0)


def test_first_the_seed_then_the_draw_and_each_once(p):
    unreachable(p, 1)
    with pytest.raises(Refused):
        drawing.draw(WEEK, by=p.sv, now=NEXT)
    drawing.publish(WEEK, by=p.sv, now=NEXT)
    drawing.draw(WEEK, by=p.sv, now=NEXT)

    with pytest.raises(Refused):
        drawing.draw(WEEK, by=p.sv, now=NEXT)
    assert SampledCallback.objects.count() == 1


@pytest.mark.parametrize(("week", "now"), [
    (WEEK, NOON), (WEEK, weeks.bounds(WEEK)[1]), (WEEK + timedelta(days=1), NEXT + timedelta(days=8))])
def test_only_a_week_that_is_over_has_a_seed(p, week, now):
    with pytest.raises(Refused):
        drawing.publish(week, by=p.sv, now=now)


def test_the_database_changes_none_of_it(p, drawn):
    findings.record(drawn.pk, by=p.sv, now=NEXT, kept=True, **SAID)

    for model, field in ((SampleSeed, {"seed": "0" * 64}), (SampleDraw, {"size": 0}), (SampledCallback, {"place": 9}),
                         (SampleFinding, {"kept": False})):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            model.objects.update(**field)
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            model.objects.all()._raw_delete("default")


def test_what_was_tampered_with_is_told_by_the_command(p):
    import pgtrigger
    unreachable(p, 12)
    sampled_rows = drawing.publish(WEEK, by=p.sv, now=NEXT) and drawing.draw(WEEK, by=p.sv, now=NEXT)
    other = CallbackTask.objects.filter(outcome="unreachable", sampled=None).first()

    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE followup_sampledcallback SET task_id = %s WHERE place = 1", [other.pk])

    assert sampled_rows.size == 2
    with pytest.raises(CommandError, match="drawn"):
        call_command("verify_sample", "2026-W10")
    with pytest.raises(CommandError, match="not published"):
        call_command("verify_sample", "2026-W11")
    with pytest.raises(CommandError, match="names no week"):
        call_command("verify_sample", "last")


# --- findings ----------------------------------------------------------------------------------------------------------


def test_a_rule_that_was_kept_changes_nothing(p, drawn):
    before = drawn.task.ticket.version

    row = findings.record(drawn.pk, by=p.sv, now=NEXT, kept=True, **SAID)

    assert (row.kept, row.given_back) == (True, None)
    assert Ticket.objects.get(pk=drawn.task.ticket_id).version == before
    with pytest.raises(Refused):
        findings.record(drawn.pk, by=p.sv, now=NEXT, kept=False, **SAID)


def test_a_rule_that_was_not_kept_gives_the_callback_back(p, in_force, drawn):
    ticket = drawn.task.ticket

    row = findings.record(drawn.pk, by=p.sv, now=NEXT, kept=False, recording="missing", text="没有录音,未真实拨打。")

    ticket = Ticket.objects.get(pk=ticket.pk)
    escalation.sweep(now=NEXT)
    assert (row.given_back.outcome, row.given_back.caller, ticket.callback_outcome) == ("", drawn.task.caller, "")
    assert audited.broken(NEXT) == {}
    with pytest.raises(Refused):
        following.close_unreachable(ticket.pk, by=p.sv, now=NEXT, proposed_by=p.cb)
    ticket = callbacks.record_outcome(ticket.pk, by=p.cb, now=NEXT, **HAPPY)
    assert ticket.callback_outcome == "positive"
    assert following.close_satisfied(ticket.pk, by=p.cb, now=NEXT).state == "closed"
    assert CallbackTask.objects.get(pk=drawn.task_id).outcome == "unreachable", "the first outcome stays"
    assert audited.broken(NEXT) == {}


def test_of_a_closed_ticket_the_way_to_reopen_it_is_shown(p):
    ticket = ready.unreachable(p)
    following.close_unreachable(ticket.pk, by=p.sv, now=NOON + timedelta(days=5), proposed_by=p.cb)
    drawn = sampled(p)

    row = findings.record(drawn.pk, by=p.sv, now=NEXT, kept=False, **SAID)

    assert row.given_back is None
    assert f"/tickets/{ticket.ticket_no}/do/reopen/" in signed_in(p.sv).get(f"{PAGE}{drawn.pk}/").content.decode()
    assert "/do/reopen/" not in signed_in(p.qi).get(f"{PAGE}{drawn.pk}/").content.decode()


@pytest.mark.parametrize("role", ["op", "cb", "qi", "au", "dl", "ad", "zh", "ul"])
def test_nobody_else_acts(p, drawn, role):
    user, week = getattr(p, role), WEEK + timedelta(days=7)
    for act in (lambda: drawing.publish(week, by=user, now=NEXT + timedelta(days=9)),
                lambda: drawing.draw(week, by=user, now=NEXT),
                lambda: findings.record(drawn.pk, by=user, now=NEXT, kept=True, **SAID)):
        with pytest.raises(PermissionDenied):
            act()


# --- the pages -----------------------------------------------------------------------------------------------------------


def test_a_supervisor_publishes_draws_and_finds(p):
    ready.unreachable(p)
    client = signed_in(p.sv, "en")
    assert "not published yet" in client.get(f"{PAGE}?week=2026-W10").content.decode()

    client.post(f"{PAGE}2026-W10/publish/")
    page = client.get(f"{PAGE}?week=2026-W10").content.decode()
    assert SampleSeed.objects.get().seed in page and "Drawn callbacks" not in page
    client.post(f"{PAGE}2026-W10/draw/")
    drawn = SampledCallback.objects.get()
    assert "To be checked" in client.get(f"{PAGE}?week=2026-W10").content.decode()
    assert client.post(f"{PAGE}{drawn.pk}/", {"kept": "yes"}).status_code == 422
    assert client.post(f"{PAGE}{drawn.pk}/", {"kept": "yes", **SAID}).status_code == 302
    assert "Rule kept" in client.get(f"{PAGE}?week=2026-W10").content.decode()
    assert client.post(f"{PAGE}{drawn.pk}/", {"kept": "no", **SAID}).status_code == 422


@pytest.mark.parametrize("role", ["qi", "au"])
def test_quality_and_audit_read(p, drawn, role):
    client = signed_in(getattr(p, role), "en")
    pages = [client.get(path) for path in (f"{PAGE}?week=2026-W10", f"{PAGE}{drawn.pk}/")]

    assert [page.status_code for page in pages] == [200, 200]
    assert "Keep the finding" not in pages[1].content.decode()
    assert "13800138000" not in pages[1].content.decode() and "彭" not in pages[1].content.decode()
    posts = [client.post(path, {"kept": "yes", **SAID}) for path in (
        f"{PAGE}{drawn.pk}/", f"{PAGE}2026-W11/publish/", f"{PAGE}2026-W11/draw/")]
    assert [post.status_code for post in posts] == [403, 403, 403]


@pytest.mark.parametrize("role", ["op", "rv", "li", "ul", "cb", "dl", "zh", "ql", "ad"])
def test_others_do_not_see_it(p, drawn, role):
    client = signed_in(getattr(p, role))

    assert [client.get(path).status_code for path in (PAGE, f"{PAGE}{drawn.pk}/")] == [403, 403]


@pytest.mark.parametrize("week", ["x", "2026-W99", "2026-W1", "0000-W01"])
def test_a_week_that_is_none_is_not_here(p, week):
    client = signed_in(p.sv)

    assert client.get(f"{PAGE}?week={week}").status_code == client.post(f"{PAGE}{week}/draw/").status_code == 404


def test_the_page_costs_the_same_for_more_callbacks(p):
    unreachable(p, 50)
    drawing.publish(WEEK, by=p.sv, now=NEXT)
    drawing.draw(WEEK, by=p.sv, now=NEXT)

    assert cost(signed_in(p.sv), f"{PAGE}?week=2026-W10") <= 10
