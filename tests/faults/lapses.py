"""Tickets made by the real actions some hours ago, so that their rungs are reached in the next seconds.

Runs while worker, beat and queue are being killed, so that registering, acting and sweeping meet.
"""
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from accounts.instant import database_now
from dispatch import replies
from tests import factories
from tests.faults.scenes import players
from tickets.models import Clock, SlaProfile, Ticket

# (how far the ticket got, minutes from its start to the rung that is reached now)
STORIES = (
    (factories.in_review, 15),      # REVIEW warn
    (factories.in_review, 35),      # REVIEW L2
    (factories.in_dispatch, 10),    # DISPATCH L1
    (factories.dispatched, 22.5),   # RECEIPT warn
    (factories.dispatched, 60),     # RECEIPT L2: counts as signed
    (factories.in_hand, 120),       # RESPONSE L1
    (factories.in_hand, 1680),      # COMPLETION L2: a supervision order
    (factories.in_hand, 2880),      # COMPLETION L4, the last rung
    (factories.replied, 240),       # REPLY_REVIEW L1
    (factories.in_callback, 1440),  # CALLBACK_FIRST L1
)
TOGETHER = 3  # every third ticket waits for the same instant as others
BROKEN_LADDERS = (
    {"RESPONSE": "soon"},
    {"RESPONSE": [["L1"]]},
    {"RESPONSE": [["L1", {"after": 5}, ["supervisor"]]]},
    {"RESPONSE": [["L1", "0m", ["a post that does not exist"]]]},
    [["L1", "0m", ["supervisor"]]],
)


def lapse(count, earliest=2.0, latest=9.0, together_after=None):
    """Make `count` tickets, each with a rung `earliest` to `latest` seconds ahead, some of one instant.

    Every fifth ticket in hand is taken up at the very moment when its rung is reached. With `together_after` the rungs
    lie that many seconds after the beginning, when all tickets are there, and nobody takes anything up.
    """
    people, acts, last = players(), [], database_now()
    later = together_after and last + timedelta(seconds=together_after)
    for number in range(count):
        make, minutes = STORIES[number % len(STORIES)]
        reached = moment(number, later or database_now(), earliest, latest)
        with transaction.atomic():  # nobody sweeps a ticket whose past is still being written
            ticket = make(people, now=reached - timedelta(minutes=minutes))
        if minutes == 120 and not later:
            acts.append(act_later(people, ticket.pk, reached))
        last = max(last, reached)
    for act in acts:
        act.join()
    return {"made": count, "acted": len(acts), "seconds_left": max(0.0, (last - database_now()).total_seconds())}


def moment(number, now, earliest, latest):
    ahead = earliest + (latest - earliest) * (number * 7 % 10) / 10
    reached = now + timedelta(seconds=ahead)
    if number % TOGETHER:
        return reached
    return reached.replace(second=reached.second // 5 * 5, microsecond=0) + timedelta(seconds=5)


def act_later(people, ticket_id, moment_of_rung):
    """Somebody reaches the citizen just before, at, or just after the end of the time."""
    def act():
        time.sleep(max(0.0, (moment_of_rung - database_now()).total_seconds() + (ticket_id % 3 - 1) * 0.3))
        replies.record_contact(ticket_id, by=people.hd, now=database_now(), method="phone", reached=True)
        connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def poison():
    """Tickets whose RESPONSE clock has a ladder that nobody can climb, and one whose COMPLETION has it as well."""
    people, now = players(), database_now()
    good, ids = SlaProfile.objects.current(now), []
    for number, ladders in enumerate(BROKEN_LADDERS):
        broken = SlaProfile.objects.create(code="broken", version=number + 1, title="broken", limits=good.limits,
                                           ladders=ladders, valid_from=now)
        with transaction.atomic():
            ticket = factories.in_hand(people, now=now - timedelta(minutes=119.9))
            Clock.objects.filter(ticket=ticket, kind="RESPONSE").update(profile=broken)
        ids.append(ticket.pk)
    return sorted(Ticket.objects.filter(pk__in=ids).values_list("ticket_no", flat=True))


def missed(count, hours):
    """Tickets whose rungs were reached in the last hours, while nobody looked."""
    people, now = players(), database_now()
    for number in range(count):
        make, minutes = STORIES[number % len(STORIES)]
        reached = now - timedelta(hours=hours * (number + 1) / count)
        with transaction.atomic():
            make(people, now=reached - timedelta(minutes=minutes))
    return {"made": count}


def jumping_beat(every):
    """Beat on a machine whose clock jumps forth and back by an hour (only as beat sees it: it asks the application)."""
    from hotline.celery import app

    begun, true, hours = time.monotonic(), app.now, (0, 1, 0, -1)
    app.now = lambda: true() + timedelta(hours=hours[int((time.monotonic() - begun) / every) % len(hours)])
    app.Beat(loglevel="WARNING", schedule=str(settings.HOTLINE_DATA / "beat-jumping"), pidfile="").run()
