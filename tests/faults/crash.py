"""The crash loop: something is done by a child of this process that kills itself before its 1st, 2nd, 3rd … statement,
until it gets to its end alive.

After each kill the rows are as they were, or all that was to be done is there; then whoever asked asks again, and in
the end it was done exactly once: as many rows in every table, the same events and the same state as when nothing had
happened. A child is forked from a process that has everything imported, so a kill costs what the act itself costs.
"""
import os
import signal
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection, connections

from tests.web import nothing_is_under_way
from tickets import trail
from tickets.models import TicketEvent

LOGS = {"accounts_auditentry", "dispatch_heartbeat"}  # say that somebody asked again, or looked
COUNTERS = {"tickets_dailycounter"}  # one row a day: the first act after midnight adds it
KILLED, ALIVE = True, False
ALL, PART, NOTHING = "all", "a part", "nothing"


@dataclass(frozen=True)
class Act:
    """`prepare(subject)` makes the request, which returns a status; asked twice, it is the same request twice."""

    name: str
    prepare: Callable
    good: tuple = (200, 201, 202)
    again: tuple = (404, 409)  # what the second one hears when the first had been done
    later: Callable | None = None  # the second request, when it is not the first one once more
    commits: str = "once"  # "among others": so do looks that leave signs of life; "in parts": each part may be there alone
    crashes: bool = True  # False: only on the way to what comes next
    count: Callable = lambda: 0  # of text messages that left


@dataclass(frozen=True)
class Story:
    """Acts in their order. `begin()` makes their subject, whose `tickets()` are the ones that they change."""

    begin: Callable
    acts: tuple


@dataclass
class Tally:
    injections: Counter = field(default_factory=Counter)  # of each act
    lost: Counter = field(default_factory=Counter)
    doubled: Counter = field(default_factory=Counter)
    sent_again: int = 0  # text messages that left twice because their sender died before it could say so
    faults: list = field(default_factory=list)


# --- one kill -----------------------------------------------------------------------------------------------------


class Death:
    """Counts moments in a process and ends it at one of them: before each statement that writes or stands in a
    transaction, before and after each COMMIT; with `both` after each of these statements too."""

    def __init__(self, moment, both, tell):
        self.left, self.both, self.tell = moment, both, tell

    def reach(self, what):
        self.left -= 1
        if self.left == 0:
            os.write(self.tell, what.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute, sql, params, many, context):
        if not (connection.in_atomic_block or writes(sql)):
            return execute(sql, params, many, context)
        self.reach(f"before {short(sql)}")
        result = execute(sql, params, many, context)
        if self.both:
            self.reach(f"after {short(sql)}")
        return result

    def commit(self):
        self.reach("before COMMIT")
        type(connections["default"])._commit(connections["default"])
        self.reach("after COMMIT")


def writes(sql):
    return not sql.lstrip().upper().startswith("SELECT")


def short(sql):
    return " ".join(str(sql).split())[:70]


def kill_in_child(request, moment, both, good):
    """(whether it died there, before or after what). A child that finished in spite of it has done its act."""
    listen, tell = os.pipe()
    child = os.fork()
    if child == 0:
        live_until(Death(moment, both, tell), request, good)
    os.close(tell)
    _child, status = os.waitpid(child, 0)
    said = os.read(listen, 200).decode()
    os.close(listen)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the act failed; see above"
    # Its server process holds the locks of the dead until it has noticed, and a look leaves what is locked for the next look.
    assert nothing_is_under_way(), "a transaction of the dead is still open"
    return (KILLED if os.WIFSIGNALED(status) else ALIVE), said


def live_until(death, request, good):
    """The child. Its parent's connection must not be closed, which would end it for the parent: it is only put away."""
    put_away = connection.connection
    try:
        connection.connection = None
        connection._commit = death.commit
        with connection.execute_wrapper(death.statement):
            status = request()
        assert status in good, status
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    finally:
        assert put_away


# --- what is there ------------------------------------------------------------------------------------------------


def everything():
    """{table: (rows, a number that changes with every row that is written)} of the whole database."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(
            f"SELECT '{table}', count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM {table}"
            for table in connection.introspection.table_names(cursor)))
        return {table: (rows, written) for table, rows, written in cursor.fetchall()}


def added(before, after):
    """{table: rows more than before}, without logs."""
    return {table: after[table][0] - rows for table, (rows, _written) in before.items()
            if table not in LOGS | COUNTERS and after[table][0] != rows}


def is_unchanged(before, after):
    return all(after[table] == was for table, was in before.items() if table not in LOGS)


def told(subject):
    """[(state, names of events)] of its tickets."""
    return [(ticket.state, list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("name", flat=True)))
            for ticket in subject.tickets()]


def chain_faults(subject):
    return [fault for ticket in subject.tickets() for fault in trail.faults_of(ticket, ticket.events.order_by("seq"))]


# --- the loop -----------------------------------------------------------------------------------------------------


@dataclass
class Control:
    """What an act brings when nothing happens."""

    rows: dict
    told: list
    messages: int


class Loop:
    """One story, lived again and again until each of its acts was killed at every moment, and repaired each time.

    `in_a_row` kills hit an act of one life, the next one a moment later each, before it is left alone.
    """

    def __init__(self, story, tally, *, both, in_a_row):
        self.story, self.tally, self.both, self.in_a_row = story, tally, both, in_a_row
        self.control = {}
        self.moment = {number: 1 for number, act in enumerate(story.acts) if act.crashes}  # of those not done with

    def run(self):
        self.live(self.observe)  # what is only made once is made here
        self.live(self.observe)
        while self.moment:
            self.live(self.crash)

    def live(self, go_through):
        subject = self.story.begin()
        for number, act in enumerate(self.story.acts[:max(self.moment) + 1]):
            request = act.prepare(subject)
            if number in self.moment:
                go_through(number, act, request, subject)
            else:
                status = request()
                assert status in act.good, (act.name, status)

    def observe(self, number, act, request, subject):
        before, messages = everything(), act.count()
        status = request()
        assert status in act.good, (act.name, status)
        control = Control(added(before, everything()), told(subject), act.count() - messages)
        assert control.rows, f"{act.name} wrote nothing"
        self.control[number] = control

    def crash(self, number, act, request, subject):
        before, messages, control = everything(), act.count(), self.control[number]
        there, kills = NOTHING, 1 if act.commits == "in parts" else self.in_a_row
        while kills and there == NOTHING:
            kills -= 1
            died, where = kill_in_child(request, self.moment[number], self.both, act.good)
            if not died:
                del self.moment[number]
                break
            self.moment[number] += 1
            self.tally.injections[act.name] += 1
            there = self.check_whole(act, before, control, where)
        if died:
            self.ask_again(act, request, there, where)
        self.check_end(act, before, control, subject, where)
        self.check_messages(act, act.count() - messages - control.messages, where)

    def check_whole(self, act, before, control, where):
        """After the kill: all of it, or nothing."""
        found = everything()
        there = ALL if added(before, found) == control.rows else NOTHING if is_unchanged(before, found) else PART
        if there == PART and act.commits != "in parts":
            self.say("lost", act, where, f"half-written: {added(before, found)} of {control.rows}")
        elif act.commits == "once" and (there == ALL) != (where == "after COMMIT"):
            self.say("lost", act, where, f"{there} of it is there")
        return there

    def ask_again(self, act, request, there, where):
        status = (act.later or request)()
        if status not in (act.again if there == ALL else act.good):
            self.say("lost", act, where, f"asked again, it says {status}")

    def check_end(self, act, before, control, subject, where):
        found = added(before, everything())
        for table in found.keys() | control.rows:
            there, wanted = found.get(table, 0), control.rows.get(table, 0)
            if there != wanted:
                self.say("lost" if there < wanted else "doubled", act, where, f"{there} rows of {table}, not {wanted}")
        if told(subject) != control.told:
            self.say("lost", act, where, f"{told(subject)}, not {control.told}")
        for fault in chain_faults(subject):
            self.say("lost", act, where, fault)

    def check_messages(self, act, more, where):
        """A gateway hears a message again whose sender died between sending and saying so, and never another time."""
        if more == 1 and where.startswith("before UPDATE"):
            self.tally.sent_again += 1
        elif more:
            self.say("doubled" if more > 0 else "lost", act, where, f"{more} messages more")

    def say(self, what, act, where, fault):
        getattr(self.tally, what)[act.name] += 1
        self.tally.faults.append(f"{act.name}, killed {where or 'nowhere'}: {fault}")
