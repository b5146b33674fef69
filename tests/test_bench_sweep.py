"""bench.sweep at its smallest size: its copies are true tickets, and its bare statement writes what the product writes."""
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime

import pytest
from django.db import connection

from accounts.instant import database_now
from bench import bare_sweep, crew, exactly_once, sweep
from bench.copies import Copier
from dispatch import escalation
from dispatch.models import Escalation
from hotline.embedded import Postgres
from hotline.home import Home
from insights import audit
from notices.models import Notice
from tests import factories as make
from tests.production import ROOT, with_environment
from tickets.models import Clock, Ticket, TicketEvent

TICKETS, DUE = 64, 8
NOT_ASKED = ("C5", "I12", "I15")  # ask for clocks that were met, for triggers that tests switch off, for calls
OF_ONE_TICKET = {"id", "ticket_id", "clock_id", "ticket_no", "cause", "hash", "prev_hash", "trail_hash", "query_salt",
                 "phone_hash", "recipient_id", "unit_id", "unit_ids", "lead_unit_id"}
OF_THE_HOUR = {"not_before", "next_try_at"}  # the groups of a run may lie on both sides of an hour at which quiet begins


@pytest.fixture
def stage():
    """The rows of a small run, in the database of the tests."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("rows are loaded as the owner of a PostgreSQL of the run's own")
    make.load_reference()
    now = database_now().replace(microsecond=0)
    crew.profile(now)
    loader = Postgres(Home()).connect(connection.settings_dict["NAME"], owner=True)
    copier = Copier(crew.models(make.make_user("OP", "RX-JX"), now)[:1], loader)
    copier.copy(list(sweep.beginnings(now + sweep.AHEAD, TICKETS, DUE)))
    yield sweep.Stage(copier, now + sweep.AHEAD)
    loader.close()


def shape(row, now):
    """A row without what is one ticket's own; of an instant only whether it is that of the look."""
    def plain(value):
        if isinstance(value, datetime):
            return "now" if value == now else "an instant"
        if isinstance(value, dict) and "due" in value:
            return value | {"due": str(datetime.fromisoformat(value["due"]).utcoffset())}
        return value
    return str({name: plain(value) for name, value in row.items() if name not in OF_ONE_TICKET | OF_THE_HOUR})


def written(stage, *groups):
    """What the looks at these groups left in all tables, as shapes and how often each is there."""
    found = Counter()
    for group in groups:
        now = stage.after(group)
        tickets = Escalation.objects.filter(due_at__gt=stage.before(group), due_at__lte=now).values("ticket")
        numbers = Ticket.objects.filter(pk__in=tickets).values("ticket_no")
        for rows in (Escalation.objects.filter(ticket__in=tickets), Clock.objects.filter(ticket__in=tickets),
                     Ticket.objects.filter(pk__in=tickets), TicketEvent.objects.filter(ticket__in=tickets, name="escalate"),
                     Notice.objects.filter(ticket_no__in=numbers)):
            found.update(f"{rows.model.__name__}: {shape(row, now)}" for row in rows.values())
    return found


@pytest.mark.django_db(transaction=True)
def test_copies_are_true_tickets_and_both_sweeps_write_the_same_rows(stage):
    by_bare = bare_sweep.sweep(stage.before(0), stage.after(0))
    by_product = escalation.sweep(now=stage.after(1)).fired
    by_bare += bare_sweep.sweep(stage.before(2), stage.after(2))

    assert (by_bare, by_product) == (DUE, DUE)
    assert written(stage, 1) == written(stage, 0, 2)
    assert (exactly_once.faults(stage.after(2)), exactly_once.contradictions()) == (0, 0)
    rules = [code for code in audit.CHECKS if code not in NOT_ASKED]
    assert audit.broken(audit.run(now=database_now(), codes=rules)) == []


@pytest.mark.django_db(transaction=True)
def test_a_rung_that_is_missing_or_doubled_is_found(stage):
    escalation.sweep(now=stage.after(1))
    assert exactly_once.faults(stage.after(1)) == 0
    assert exactly_once.faults(stage.after(3)) == DUE + DUE // 2  # not swept yet

    lost = Escalation.objects.first()
    Escalation.objects.filter(pk=lost.pk).delete()
    assert exactly_once.faults(stage.after(1)) > 0


@pytest.mark.slow
def test_the_script_runs_from_end_to_end_and_nothing_is_missing():
    small = ["--clocks", "160", "--due", "20", "--lapses", "5", "--over", "1", "--quiet", "1"]

    done = subprocess.run([sys.executable, "-m", "bench.sweep", *small], cwd=ROOT, env=with_environment({}),
                          capture_output=True, text=True, timeout=280)

    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    for line in ("product / bare", "idle look", "four sweepers at once", "160 clocks due at once", "intake p99, while sweeping",
                 "detection delay, p99"):
        assert line in done.stdout
