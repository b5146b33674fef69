"""The second half of telling: whoever looks, sends what is queued.

A claim locks (SKIP LOCKED), counts the try and sets the next one, and commits before anything is sent. So no
transaction stays open while a gateway is slow, what a killed sender held comes back, and a message that kills its
sender is given up after three tries. Delivered at least once; shown once.

Digests are made here, not by the sweep. The sweep writes one row per person and cause in the transaction of the
fact; when more than five deadlines of one person wait for the same channel, the relay puts one digest in front of
them. Nothing has to be remembered between two batches of a sweep, a crash loses neither row nor digest, and a second
sweep or relay that runs meanwhile changes nothing.
"""
import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.fields.json import KT

from notices import channels, texts
from notices.models import Notice

log = structlog.get_logger(__name__)
Channel, Status = Notice.Channel, Notice.Status

LEAVING = (Channel.SMS, Channel.EMAIL)  # the bell's rows stay here
TRIES = 3
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))  # after the first and the second failure
LEASE = timedelta(minutes=5)  # a claimed batch is sent within it: 20 messages, gateways give up after 10 seconds
MOST_ALONE = 5  # so many deadlines at once are still told one by one
MERGING = [kind for kind, text in texts.STAFF.items() if text.merges]


class NoAddress(Exception):
    """The person has no phone number any more."""


@dataclass
class Relayed:
    claimed: int = 0
    sent: int = 0
    shown: int = 0
    merged: int = 0
    failed: int = 0


def relay(*, now, limit=20):
    """Merge crowds, mark the bell's rows, send up to `limit` text messages and e-mails."""
    done = Relayed()
    merge_crowds(done, now)
    show_in_bell(done, now)
    give_up(done, now)
    batch = claim(now, limit)
    done.claimed = len(batch)
    for notice in batch:
        send(notice, done, now)
    return done


def merge_crowds(done, now):
    crowds = Notice.objects.waiting(now).filter(kind__in=MERGING, recipient__isnull=False).values_list(
        "recipient_id", "channel").annotate(n=Count("pk")).filter(n__gt=MOST_ALONE).order_by("recipient_id", "channel")
    for recipient_id, channel, _count in list(crowds):
        done.merged += merge(recipient_id, channel, now)


@transaction.atomic
def merge(recipient_id, channel, now):
    digest = Notice.objects.create(cause=f"digest:{uuid.uuid4()}", kind="digest", channel=channel,
                                   recipient_id=recipient_id, created_at=now, next_try_at=now)
    rows = Notice.objects.waiting(now).filter(recipient=recipient_id, channel=channel, kind__in=MERGING)
    hit = Notice.objects.filter(pk__in=rows.select_for_update(skip_locked=True, of=("self",)).values("pk")).update(
        digest=digest, status=Status.SENT, sent_at=now, next_try_at=None)
    if hit <= MOST_ALONE:  # another relay was quicker
        transaction.set_rollback(True)
        return 0
    digest.params = summary(digest)
    digest.save(update_fields=["params"])
    return hit


def summary(digest):
    """{"count": 12, "warnings": 4, "escalations": 8, "rung": "L3"}"""
    counted = digest.merged.aggregate(
        count=Count("pk"), warnings=Count("pk", filter=Q(kind="warning")),
        rung=Max(KT("params__rung"), filter=Q(params__rung__startswith="L")))
    return counted | {"escalations": counted["count"] - counted["warnings"], "rung": counted["rung"] or "–"}


@transaction.atomic
def show_in_bell(done, now):
    """The bell needs no sending: its rows were there from the commit on."""
    rows = Notice.objects.waiting(now).filter(channel=Channel.INAPP).select_for_update(
        skip_locked=True, of=("self",))
    done.shown = Notice.objects.filter(pk__in=rows.values("pk")).update(
        status=Status.SENT, sent_at=now, next_try_at=None)


def give_up(done, now):
    """A try whose end nobody wrote down killed its sender; after the third one it stays where it is."""
    done.failed += Notice.objects.waiting(now).filter(attempts__gte=TRIES).update(
        status=Status.FAILED, next_try_at=None, error="sender lost", link="", letter="")


@transaction.atomic
def claim(now, limit):
    waiting = Notice.objects.waiting(now).filter(channel__in=LEAVING).select_related("recipient")
    rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at", "pk")[:limit])
    for row in rows:
        row.attempts += 1
        row.next_try_at = now + LEASE
    Notice.objects.bulk_update(rows, ["attempts", "next_try_at"])
    return rows


def send(notice, done, now):
    claimed = Notice.objects.filter(pk=notice.pk, status=Status.QUEUED, attempts=notice.attempts)
    try:
        deliver(notice, now)
    except Exception as error:  # a gateway may raise anything, and one bad row must not stop the others
        log.warning("notice_not_sent", notice=notice.pk, attempt=notice.attempts, error=type(error).__name__)
        claimed.update(error=type(error).__name__, **after_failure(notice.attempts, now))
        done.failed += notice.attempts >= TRIES
    else:
        notice.link = ""  # whoever reads it could answer for the citizen
        claimed.update(status=Status.SENT, sent_at=now, next_try_at=None, error="", link="", letter="",
                       wording=wording_of(notice))
        done.sent += 1


def deliver(notice, now):
    if notice.channel == Channel.EMAIL:
        channels.send_email(address_of(notice), texts.subject(notice), texts.letter_to_citizen(notice),
                            number=notice.pk, thread=notice.params.get("thread", ""))
    else:
        channels.send_sms(address_of(notice), wording_of(notice), now=now)


def after_failure(attempts, now):
    if attempts >= TRIES:
        return {"status": Status.FAILED, "next_try_at": None, "link": "", "letter": ""}
    return {"next_try_at": now + PAUSES[attempts - 1]}


def wording_of(notice):
    if notice.recipient_id:
        return texts.message_to_person(notice, notice.recipient.language)[:500]
    return (texts.opening(notice) if notice.channel == Channel.EMAIL else texts.message_to_citizen(notice))[:500]


def address_of(notice):
    address = notice.recipient.phone if notice.recipient_id else notice.address
    if not address:
        raise NoAddress
    return address
