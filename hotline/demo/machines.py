"""The machine's own work in simulated time: deadlines, notices, the archive; and what people do about escalations."""
from datetime import timedelta
from functools import partial

from django.db import connection

from accounts.models import User
from dispatch import escalation, requests
from dispatch.models import Escalation, SupervisionOrder
from dispatch.recipients import Posts
from followup import actions as following
from followup import callbacks
from followup.annotations import reminding
from followup.appeals import acts as appeals
from followup.tracking import listing
from hotline.demo import phrases, unit_acts
from notices import relay
from notices.actions import mark_read
from notices.models import Notice
from tickets.calendars import LOCAL
from tickets.clocks import FEEDBACK

MINUTE = timedelta(minutes=1)
TICK = timedelta(hours=1)
ARCHIVE_HOUR, READING_HOURS = 2, (9, 17)
STILL_UNREAD = timedelta(hours=6)
BATCH = 500
ACKNOWLEDGED, ANSWERED, FED_BACK = 0.8, 0.7, 0.85  # shares of what somebody sees to once he is reminded


class Machines:
    def __init__(self, cast, *, rng, ends):
        self.cast, self.rng, self.ends = cast, rng, ends

    def look_until(self, moment, stage):
        """Sweep at every full minute in which something became due, as the beat of the product does."""
        while True:
            due = next_due()
            if due is None or (look := ceiling(due)) > moment:
                return
            self.sweep(look, stage)

    def sweep(self, now, stage):
        done = escalation.Swept()
        escalation.sweep_batch(done, Posts(now), now, BATCH)
        if not done.fired:
            return
        rungs = list(Escalation.objects.filter(fired_at=now).order_by("pk"))
        for rung in rungs:
            if rung.needs_ack and self.rng.random() < ACKNOWLEDGED:
                stage.plan(now + self.rng.uniform(2, 26) * MINUTE, partial(self.acknowledge, rung))
            elif rung.needs_ack:
                stage.plan(now + escalation.TIME_TO_ACKNOWLEDGE, partial(self.hurry, stage=stage))
            if rung.kind in FEEDBACK and rung.rung == "warn" and self.rng.random() < FED_BACK:
                stage.plan(now + self.rng.uniform(3, 50) * MINUTE,
                           partial(unit_acts.feed_back, rung.ticket_id, self.cast, self.rng.choice(phrases.PROGRESS)))
        if any((rung.kind, rung.rung) in escalation.EFFECTS for rung in rungs):
            self.see_to_orders(now, stage)

    def see_to_orders(self, now, stage):
        for order in SupervisionOrder.objects.filter(at=now, by__username="system").order_by("pk"):
            if self.rng.random() < ANSWERED:
                wait = self.rng.uniform(40, 400) * MINUTE
                stage.plan(now + wait, partial(unit_acts.see_to_order, order.pk, self.cast, self.rng, stage))

    def hurry(self, now, stage):
        """What nobody acknowledged goes up a rung."""
        escalation.hurry(escalation.Swept(), now, BATCH)
        self.look_until(now, stage)

    def acknowledge(self, rung, now):
        told = (person for role in ("SV", "QL", "DL") for person in self.cast.of_role(role)
                if escalation.may_acknowledge(rung, person))
        escalation.acknowledge(rung.pk, by=next(told), now=now)

    def schedule(self, stage):
        """Every hour from the beginning on; the last one just before the end."""
        at = ceiling(stage.opens)
        while at < self.ends:
            stage.plan(at, self.tick)
            at += TICK
        stage.plan(self.ends - MINUTE, self.tick)

    def tick(self, now):
        local = now.astimezone(LOCAL)
        callbacks.expire_surveys(now=now)
        appeals.tell_late(now=now)
        reminding.remind_due(now=now)
        listing.catch_up(now=now)
        if local.hour == ARCHIVE_HOUR:
            refresh_statistics()
            following.archive_due(now=now)
            requests.resume_due(by=User.objects.system(), now=now)
        self.tell(now)
        if local.hour in READING_HOURS and now < self.ends - STILL_UNREAD:
            self.everybody_reads(now)

    def tell(self, now):
        """What the relay does every five seconds; so nobody ever had a crowd of notices that it would merge."""
        if Notice.objects.waiting(now).exists():
            done = relay.Relayed()
            relay.show_in_bell(done, now)
            for notice in relay.claim(now, BATCH):
                relay.send(notice, done, now)

    def everybody_reads(self, now):
        waiting = Notice.objects.unread().filter(channel=Notice.Channel.INAPP, recipient__isnull=False)
        newest = waiting.order_by("-pk").values_list("pk", flat=True).first()
        for user in User.objects.filter(pk__in=waiting.values("recipient")).order_by("pk"):
            mark_read(user, now=now, upto=newest)


def next_due():
    """Asked after every act, so not through the ORM."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(next_fire_at) FROM tickets_clock WHERE next_fire_at IS NOT NULL")
        return cursor.fetchone()[0]


def refresh_statistics():
    """Within one long transaction nothing else tells the planner that the tables are not empty any more."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def ceiling(moment):
    """The next full minute: how late a look may come."""
    return moment.replace(second=0, microsecond=0) + (MINUTE if moment.second or moment.microsecond else 0 * MINUTE)
