"""Playing a scenario: each matter goes through the real actions of the people who work on it, in time for every promise.

One matter is played from its call to its end before the next one begins, because none of them meets another. All is
done before it is due, so no look of the machine in between would have found anything to say. What it tells people is
shown and sent as the relay would have, and read at the end.
"""
import multiprocessing
import random
from contextlib import suppress
from datetime import timedelta
from itertools import groupby
from queue import Empty

from django.db import connections, transaction

from accounts.models import User
from hotline.demo import after_acts as after
from hotline.demo import desk_acts as desk
from hotline.demo import matters_emergency, matters_people, matters_town, questions
from hotline.demo import unit_acts as unit
from hotline.demo.case import Caller, Case
from hotline.demo.places import PLACES
from hotline.demo.stage import CALLBACK, opening
from hotline.scenarios.plan import SEED
from insights.published.fields import FIELDS
from notices import relay
from notices.actions import mark_read
from notices.models import Notice
from tickets import intake
from tickets.calendars import local_date
from tickets.catalogue import Category
from tickets.choices import DIRECT_TYPES, Channel
from tickets.models import Ticket

MINUTE = timedelta(minutes=1)
BATCH = 50  # matters in one transaction: what is stopped half-way goes on with the next load
MATTERS = (*matters_town.MATTERS, *matters_people.MATTERS, *matters_emergency.MATTERS)
NUMBER = "1390{:07d}"
INHERITED = []  # kept, because a connection that nobody keeps is closed


class Player:
    def __init__(self, scenario, cast):
        self.scenario, self.cast = scenario, cast
        self.categories = {category.code: category for category in Category.objects.select_related("lead_unit")}
        self.pools = {cell: pool(cell) for cell in scenario.cells}

    def case(self, serial, cell):
        rng = random.Random(f"{SEED} {self.scenario.name} {serial}")  # noqa: S311  (a demo, nothing secret)
        matter, place = rng.choice(self.pools[cell]), rng.choice(PLACES)
        case = Case(self.scenario.name, rng, self.cast, self.categories, matter, place, serial)
        assert case.caller, "every case of the demo has one"
        case.caller = Caller(case.caller.name, case.caller.gender, NUMBER.format(serial))
        return case

    def play(self, serial, at, cell):
        case = self.case(serial, cell)
        said = desk.intake_of(case) | {"hotline_code": self.scenario.hotline, "source_ref": self.scenario.reference(serial)}
        if cell.type in DIRECT_TYPES:
            intake.register_and_answer(by=case.op, now=at, answer=case.say(case.matter.answer), **said)
            return at
        case.pk = intake.register_and_submit(by=case.op, now=at, **said)[0].pk
        for act, low, high in STEPS:
            at = at + case.rng.uniform(low, high) * MINUTE
            at = opening(at, CALLBACK, []) if act is after.happy else at
            act(case, at)
        return at


def dispatched(case, now):
    desk.dispatch(case, now, co_units=[])


def sign_if_needed(case, now):
    """The leader's signature under what is urgent."""
    if case.is_urgent:
        unit.sign_reply(case, now)


# (what, how many minutes after the step before): the shortest of the promises, to the urgent, are kept
STEPS = ((desk.approve, 1, 4), (dispatched, 0.5, 3), (unit.sign, 1, 6), (unit.contact, 4, 25), (unit.reply, 30, 300),
         (sign_if_needed, 1, 10), (after.approve_reply, 2, 40), (after.happy, 5, 90), (after.close, 0.2, 2))


def pool(cell):
    """What citizens say in such a case, of what the demo knows."""
    known = questions.QUESTIONS if cell.type in DIRECT_TYPES else MATTERS
    return [matter for matter in known if matter.type == cell.type and FIELDS[cell.field].holds(matter.category)]


class Interrupted(Exception):
    """One of several processes has ended with an error, which it has printed."""


class OtherSize(Exception):
    """The scenario was loaded before, with another share of its matters."""


def missing(scenario):
    """[(serial, instant, cell)] of what is not there yet. Raises OtherSize."""
    known = set(Ticket.objects.filter(channel=Channel.PHONE, source_ref__startswith=scenario.mark).values_list(
        "source_ref", flat=True))
    planned = [(serial, at, cell) for serial, (at, cell) in enumerate(scenario.arrivals(), start=1)]
    left = [matter for matter in planned if scenario.reference(matter[0]) not in known]
    if len(planned) - len(left) != len(known):
        raise OtherSize
    return left


def load(scenario, cast, matters, *, on_progress=lambda n: None):
    """Play these matters, a batch in a transaction."""
    player = Player(scenario, cast)
    for start in range(0, len(matters), BATCH):
        batch = matters[start:start + BATCH]
        with transaction.atomic():
            tell(max(player.play(*matter) for matter in batch))
        on_progress(len(batch))


def load_alone(*args, **kwargs):
    """In a child: what its parent has opened is neither used nor closed, which would end it for the parent."""
    for connection in connections.all(initialized_only=True):
        INHERITED.append(connection.connection)
        connection.connection = None
    load(*args, **kwargs)


def load_by_several(scenario, cast, matters, *, jobs, on_progress):
    """The same by so many processes. Each has days of its own, because numbers are counted by the day, in their order."""
    days = [list(group) for _day, group in groupby(matters, lambda matter: local_date(matter[1]))]
    parts = [[matter for day in days[place::jobs] for matter in day] for place in range(jobs)]
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    processes = [context.Process(target=load_alone, args=(scenario, cast, part), kwargs={"on_progress": told.put})
                 for part in parts]
    for process in processes:
        process.start()
    left = len(matters)
    while left and (told.qsize() or any(process.is_alive() for process in processes)):
        with suppress(Empty):
            done = told.get(timeout=1)
            left -= done
            on_progress(done)
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise Interrupted


def tell(now):
    """What the relay does every five seconds."""
    done = relay.Relayed()
    relay.show_in_bell(done, now)
    while batch := relay.claim(now, BATCH):
        for notice in batch:
            relay.send(notice, done, now)
    waiting = Notice.objects.unread().filter(channel=Notice.Channel.INAPP, created_at__lte=now, recipient__isnull=False)
    for user in User.objects.filter(pk__in=waiting.values("recipient")).order_by("pk"):
        mark_read(user, now=now, upto=waiting.filter(recipient=user).order_by("-pk").values_list("pk", flat=True)[0])
