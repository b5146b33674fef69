"""Who else looks at a ticket, and who is typing in it: kept in Valkey for a minute, nowhere else.

One sorted set; a member says who does what where, its score is the instant until which that holds. Without Valkey
nobody is seen, and nothing else is different.
"""
import os

import redis
import structlog
from django.conf import settings

from accounts.instant import machine_now
from accounts.models import User
from tickets.live.hearers import hearers

log = structlog.get_logger(__name__)
KEY = "hotline:here"
LOOKING, TYPING = "looking", "typing"
HOLDS = {LOOKING: 45, TYPING: 9}  # seconds
AGAIN = 20.0  # seconds after which a listener's place is written again
PAUSE = 5.0  # seconds without asking after Valkey did not answer


class Board:
    """The sorted set. Every call takes at most 0.3 s and never fails: what cannot be read is empty."""

    def __init__(self):
        self.client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=0.3, socket_connect_timeout=0.3,
                                           decode_responses=True)
        self.silent_until = 0.0

    def put(self, entries):
        """`entries` are (ticket id, user id, what, page)."""
        until = machine_now().timestamp()
        self.ask(lambda: entries and self.client.zadd(KEY, {member(*one): until + HOLDS[one[2]] for one in entries}))

    def take(self, entries):
        self.ask(lambda: entries and self.client.zrem(KEY, *[member(*one) for one in entries]))

    def read(self):
        """{ticket id: {user id: is typing}}"""
        now, here = machine_now().timestamp(), {}

        def read():
            self.client.zremrangebyscore(KEY, "-inf", now)
            return self.client.zrange(KEY, 0, 2_000)

        for text in self.ask(read) or []:
            ticket, user, what, _page = text.split(":")
            people = here.setdefault(int(ticket), {})
            people[int(user)] = people.get(int(user), False) or what == TYPING
        return here

    def ask(self, question):
        now = machine_now().timestamp()
        if now < self.silent_until:
            return None
        try:
            return question()
        except redis.RedisError as error:
            self.silent_until = now + PAUSE
            log.warning("presence_unknown", error=type(error).__name__)
            return None


def member(ticket, user, what, page):
    return f"{ticket}:{user}:{what}:{page}"


class Presence:
    """A source for the hub. Tells `here` {ticket no.: [[user id, name, is typing]]}, without the listener himself."""

    def __init__(self, board):
        self.board, self.shown, self.written = board, {}, float("-inf")
        self.names: dict[int, str] = {}

    def look(self, listeners, *, now):
        self.write(listeners, now)
        here = self.board.read()
        changed = {pk for pk in here.keys() | self.shown.keys() if here.get(pk) != self.shown.get(pk)}
        new, old = [one for one in listeners if one.is_new], [one for one in listeners if not one.is_new]
        told = self.told(changed, old, here) + self.told(here.keys(), new, here)
        self.shown = here
        return told

    def write(self, listeners, now):
        everybody = now - self.written >= AGAIN
        if everybody:
            self.written = now
        self.board.put([place_of(one) for one in listeners if one.place and (everybody or one.is_new)])

    def gone(self, listener):
        if listener.place:
            self.board.take([place_of(listener)])

    def told(self, ids, listeners, here):
        if not ids or not listeners:
            return []
        self.learn_names({user for pk in ids for user in here.get(pk, {})})
        found = {}
        for pk, no, heard in hearers(list(ids), listeners):
            people = sorted(here.get(pk, {}).items())
            for listener in heard:
                found.setdefault(listener, {})[no] = [
                    [user, self.names.get(user, ""), typing] for user, typing in people if user != listener.user.pk]
        return [(listener, "here", data) for listener, data in found.items()]

    def learn_names(self, ids):
        unknown = ids - self.names.keys()
        if unknown:
            self.names |= dict(User.objects.filter(pk__in=unknown).values_list("pk", "display_name"))


def place_of(listener):
    return listener.place, listener.user.pk, LOOKING, f"{os.getpid()}-{id(listener)}"
