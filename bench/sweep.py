"""How fast a million promises are kept: the deadline loop against a bare SQL statement, all in one run on one machine.

    .venv/bin/python -m bench.sweep [--clocks 1000000] [--due 50000] [--lapses 500] [--over 75] [--rate 10]

Two clocks run for each ticket in hand. Measured are: raising all clocks that fall due at once, against one SQL statement
that writes the same rows; an idle look; four sweepers at once; all clocks due at once, with intakes coming in over the
API meanwhile; and how long after its moment a rung is written while worker and beat run. Servers, data and load live in
a temporary folder. Sweepers work on a clock that is set forward, so that nothing falls due while rows are loaded.
Exit code 1 when a rung was doubled or is missing; times that miss their aim are only marked.
"""
import argparse
import random
import statistics
import sys
import time
from datetime import timedelta

from bench import ground, sweeper

AHEAD = timedelta(hours=6)  # the first group falls due so long after the rows were made
APART = timedelta(minutes=2)  # between the groups
WIDE = 60  # seconds in which one group falls due
GROUPS = ("bare before", "product", "bare after", "four")
REST = 15  # the place of all other tickets: half an hour after the first group
ALL_DUE = timedelta(minutes=80)  # by then every clock of every ticket has a rung to raise
AIMS = {"ratio": 3.0, "idle": 50.0, "all": 300.0, "intake": 2.0, "delay": 10.0}


def group_of(place, stride):
    """Tickets of a group lie all over the table, as in life."""
    turn = place % stride
    return {0: 1, 1: 3, 2: (place // stride) % 2 * 2}.get(turn, REST)


def beginnings(base, tickets, due):
    from bench.crew import RESPONSE_MINUTES

    chance, stride = random.Random(1), tickets // due  # noqa: S311 (the same rows in every run)
    for place in range(tickets):
        moment = base + group_of(place, stride) * APART + timedelta(seconds=chance.randrange(WIDE))
        yield moment - timedelta(minutes=RESPONSE_MINUTES)


class Stage:
    """The loaded tables, and where on the clock each group falls due."""

    def __init__(self, copier, base):
        self.copier, self.base = copier, base

    def before(self, group):
        return self.base + group * APART - timedelta(seconds=1)

    def after(self, group):
        return self.base + group * APART + timedelta(seconds=WIDE)

    def started(self, now, count, **options):
        """So many sweepers as processes, which all begin to look at this moment."""
        from accounts.instant import database_now
        from dispatch.models import Heartbeat

        Heartbeat.objects.filter(name="sweep").delete()  # its guard would take the clock set forward for a jump
        ahead, at = now - database_now(), time.time() + 3 + 2 * count
        processes = [sweeper.start(ahead, at=at, **options) for _ in range(count)]
        time.sleep(max(0.0, at - time.time()))
        return processes

    def swept(self, now, count=1, **options):
        """What each of so many sweepers measured."""
        return [sweeper.ended(one) for one in self.started(now, count, **options)]


def load(standing, clocks, due):
    from accounts.instant import database_now
    from bench import crew, intake
    from bench.copies import Copier

    now, begun = database_now().replace(microsecond=0), time.perf_counter()
    operator = intake.prepare()
    crew.profile(now)
    copier = Copier(crew.models(operator, now), standing.postgres.connect("hotline", owner=True))
    base = now + AHEAD
    copier.copy(list(beginnings(base, clocks // 2, due)))
    copier.settle()
    print(f"{clocks:,} clocks of {clocks // 2:,} tickets loaded in {time.perf_counter() - begun:.0f} s", flush=True)
    return Stage(copier, base)


# --- what is measured ----------------------------------------------------------------------------------------------


def one_sweeper(stage, table):
    """Half of the bare work before the product's, half after it; the faster half is the limit. The first one to write
    after a checkpoint writes whole pages into the log, which has nothing to do with who it is."""
    from bench import bare_sweep

    speeds = {}
    for group in (0, 1, 2):
        if group == 1:
            (swept,) = stage.swept(stage.after(1))
            continue
        begun = time.perf_counter()
        rows = bare_sweep.sweep(stage.before(group), stage.after(group))
        speeds[group] = rows / (time.perf_counter() - begun)
    due, bare = table.fired(stage, 1), max(speeds.values())
    table.note(f"bare SQL, {due:,} due", f"{due / bare:.2f} s",
               f"{bare:,.0f} rungs/s (before {speeds[0]:,.0f}, after {speeds[2]:,.0f})")
    table.note("product's sweep", f"{swept['seconds']:.2f} s",
               f"{due / swept['seconds']:,.0f} rungs/s, {swept['cpu'] / due * 1000:.2f} ms CPU a rung")
    table.judge("product / bare", swept["seconds"] * bare / due, "ratio", "{:.2f}")


def idle_looks(stage, table):
    (found,) = stage.swept(stage.after(2), idle=20)
    table.judge("idle look, ms (median of 20)", statistics.median(found["milliseconds"]), "idle", "{:.1f}")


def four_at_once(stage, table):
    from bench import exactly_once

    found = stage.swept(stage.after(3), count=4)
    table.note("four sweepers at once", f"{max(one['seconds'] for one in found):.2f} s", f"{table.fired(stage, 3):,} rungs")
    table.must_be_nothing("  rungs doubled or missing", exactly_once.faults(stage.after(3)))


def all_due(stage, table, web, rate, quiet_seconds):
    """By two sweepers, as `make run` has them: the loop of the worker and the task that beat sends."""
    from bench import exactly_once
    from bench.arrivals import Arrivals

    port, headers = web
    with Arrivals(port, headers, rate):
        time.sleep(min(5, quiet_seconds))  # the first ones open connections and fill caches
    with Arrivals(port, headers, rate) as quiet:
        time.sleep(quiet_seconds)
    due = exactly_once.due(stage.base + ALL_DUE)
    processes = stage.started(stage.base + ALL_DUE, count=2)
    with Arrivals(port, headers, rate) as busy:
        found = [sweeper.ended(one) for one in processes]
    table.judge(f"{due:,} clocks due at once, s", max(one["seconds"] for one in found), "all", "{:.1f}")
    table.must_be_nothing("  rungs doubled or missing", exactly_once.faults(stage.base + ALL_DUE))
    for name, arrivals in (("quiet", quiet), ("while sweeping", busy)):
        table.note(f"intake p99, {name}", f"{arrivals.percentile(99):.0f} ms",
                   f"p50 {arrivals.percentile(50):.0f} ms, {len(arrivals.taken)} intakes at {rate:g} a second")
    table.judge("intake p99 while sweeping / quiet", busy.percentile(99) / quiet.percentile(99), "intake", "{:.2f}")


def detection(stage, table, home, port, lapses, over):
    from bench import exactly_once
    from bench.lapses import Running, delays, percentile
    from dispatch.models import Heartbeat

    Heartbeat.objects.all().delete()
    stage.copier.settle()
    with Running(home, port):
        found = delays(stage.copier, count=lapses, seconds=over)
    table.note("detection delay, p50", f"{percentile(found, 50):.1f} s", f"max {max(found):.1f} s, {len(found)} clocks")
    table.judge("detection delay, p99, s", percentile(found, 99), "delay", "{:.1f}")
    table.must_be_nothing("  rungs missing", lapses - len(found))
    table.must_be_nothing("  trails and rungs out of order", exactly_once.contradictions())


class Table:
    """Prints each line as it is known; remembers whether one of those that must hold did not."""

    def __init__(self):
        self.wrong = 0

    def line(self, name, value, more=""):
        print(f"{name:<38}{value:>12}   {more}".rstrip(), flush=True)

    note = line

    def judge(self, name, value, aim, form):
        self.line(name, form.format(value), f"aim <= {AIMS[aim]:g}   {'ok' if value <= AIMS[aim] else 'MISSED'}")

    def must_be_nothing(self, name, count):
        self.wrong += bool(count)
        self.line(name, count, f"must be 0   {'MISSED' if count else 'ok'}")

    def fired(self, stage, group):
        from dispatch.models import Escalation

        return Escalation.objects.filter(due_at__gte=stage.before(group), due_at__lte=stage.after(group)).count()


def run(standing, chosen):
    from bench import intake
    from hotline.home import free_port

    home, table, port = standing.home, Table(), free_port()
    stage = load(standing, chosen.clocks, chosen.due)
    web = intake.gunicorn("hotline.wsgi:application", port, home.path, HOTLINE_API_WRITING="1000000/min",
                          HOTLINE_PROCESS="web")
    try:
        intake.wait_for(port)
        headers = {"Content-Type": "application/json", "Authorization": f"Token {intake.token(port)}"}
        one_sweeper(stage, table)
        idle_looks(stage, table)
        four_at_once(stage, table)
        all_due(stage, table, (port, headers), chosen.rate, chosen.quiet)
        detection(stage, table, home, port, chosen.lapses, chosen.over)
    finally:
        web.terminate()
        web.wait(20)
    return table.wrong


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, size in (("clocks", 1_000_000), ("due", 50_000), ("lapses", 500)):
        options.add_argument(f"--{name}", type=int, default=size)
    for name, size in (("over", 75), ("rate", 10), ("quiet", 30)):
        options.add_argument(f"--{name}", type=float, default=size)
    chosen = options.parse_args()
    if chosen.clocks < 8 * chosen.due:
        options.error("--clocks must be at least eight times --due: three groups fall due, and most clocks run on")
    with ground.servers() as standing:
        sys.exit(1 if run(standing, chosen) else 0)


if __name__ == "__main__":
    main()
