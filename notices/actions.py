"""Telling people: the row is the message. Sending it is the relay's work (relay.py), at most a hint leaves from here.

Every function is idempotent: the same cause never tells the same person twice by the same channel.
"""
import threading

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import many_rows
from notices import texts
from notices.models import Notice

log = structlog.get_logger(__name__)
Channel, Status = Notice.Channel, Notice.Status


def tell(recipients, *, cause, kind, ticket_no="", params=None, channels=(Channel.INAPP,), now, not_before=None):
    """Queue one notice per recipient and channel. `not_before` holds back text messages, never the bell.

    `params` fill the text: strings, numbers, instants as ISO text; never personal data, never what a citizen said.
    """
    put(compose(recipients, cause=cause, kind=kind, ticket_no=ticket_no, params=params, channels=channels, now=now,
                not_before=not_before))


def tell_citizen(phone, *, cause, kind, ticket_no, params=None, link="", now):
    """Queue a text message. One citizen a cause: a caller that tells several puts each one's id into the cause.

    `link` fills %(link)s and is for his eyes: nobody else can read it here, and it is gone once the message has left.
    """
    if kind not in texts.CITIZEN:
        raise ValueError(f"There is no wording {kind!r} for citizens.")
    if phone:
        put([Notice(cause=cause, kind=kind, channel=Channel.SMS, address=phone, link=link, ticket_no=ticket_no,
                    params=params or {}, created_at=now, next_try_at=now)])


def write_to_citizen(address, *, cause, kind, ticket_no, params, letter="", thread="", now):
    """Queue an e-mail. `letter` is the reply that it brings: nobody else can read it here, and it is gone once the e-mail has
    left. `thread` is the Message-ID of what he wrote."""
    if kind not in texts.LETTERS:
        raise ValueError(f"There is no letter {kind!r} for citizens.")
    put([Notice(cause=cause, kind=kind, channel=Channel.EMAIL, address=address, letter=letter, ticket_no=ticket_no,
                params=params | ({"thread": thread} if thread else {}), created_at=now, next_try_at=now)])


def compose(recipients, *, cause, kind, ticket_no="", params=None, channels=(Channel.INAPP,), now, not_before=None):
    """The unsaved rows of `tell`, for callers that queue many at once with `put`."""
    rows = []
    for person in {person.pk: person for person in recipients}.values():
        for channel in channels:
            if channel == Channel.SMS and not person.phone:
                continue  # nowhere to send it; the bell has it
            later = not_before if channel == Channel.SMS else None
            rows.append(Notice(cause=cause, kind=kind, channel=channel, recipient_id=person.pk, ticket_no=ticket_no,
                               params=params or {}, created_at=now, not_before=later, next_try_at=later or now))
    return rows


def put(rows):
    many_rows.insert(Notice, rows, ignore_conflicts=True)
    if rows:
        nudge()


def mark_read(user, *, now, notice_id=None, upto=None):
    """One notice, or all up to an id; with a digest those it stands for. Returns how many were unread."""
    if notice_id is None and upto is None:
        return 0
    mine = Notice.objects.filter(recipient=user, channel=Channel.INAPP).unread()
    if notice_id is not None:
        mine = mine.filter(Q(pk=notice_id) | Q(digest=notice_id))
    else:
        mine = mine.filter(Q(pk__lte=upto) | Q(digest__lte=upto))
    return mine.update(read_at=now)


# --- the hint ---------------------------------------------------------------------------------------


class Waker:
    """Tells a worker to look now, from a thread of its own: a request never waits for the queue, dead or alive.

    Any number of wakes while a message is under way become one. What is lost is found by the next look anyway.
    """

    def __init__(self, send):
        self.send, self.wanted, self.failures = send, threading.Event(), 0
        self.lock, self.thread = threading.Lock(), None

    def wake(self):
        self.wanted.set()
        with self.lock:
            if self.thread is None or not self.thread.is_alive():  # not yet, or lost in a fork
                self.thread = threading.Thread(target=self.run, name="notices-waker", daemon=True)
                self.thread.start()

    def run(self):
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                self.send()
            except Exception as error:  # whatever a broker raises: it was only a hint
                self.failures += 1
                log.warning("nudge_failed", error=type(error).__name__, failures=self.failures)


def send_hint():
    from notices.tasks import relay

    relay.apply_async(retry=False, expires=4)


waker = Waker(send_hint)


def nudge():
    """After the commit, ask a worker to send now. Only the web process does: workers look by themselves."""
    if settings.PROCESS == "web":
        transaction.on_commit(waker.wake)
