"""Ticket numbers without gaps, query codes without a stored secret, and intake that happens once."""
import base64
import hashlib
import hmac
import json
import secrets

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.utils import timezone


class DailyCounter(models.Model):
    """One row a day and kind. Its row lock makes numbers gapless: a rolled-back intake gives its number back."""

    kind = models.CharField(max_length=8)
    day = models.DateField()
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="counter_day")]


class IdempotencyKey(models.Model):
    """A form or API client makes the key when it starts; a retry brings the same ticket back."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]
        # The unfinished form of this key is over (taking/drafts.py): in the same transaction, whoever registers, at no query.
        triggers = [pgtrigger.Trigger(
            name="intake_draft_is_over", operation=pgtrigger.Insert, when=pgtrigger.After,
            func="DELETE FROM tickets_intakedraft WHERE owner_id = NEW.user_id AND key = NEW.key; RETURN NULL;")]


def take_number(kind, now):
    """Take the day's next number, yyyymmdd + 5 digits. Call it late in the transaction: it serialises intake."""
    day = timezone.localtime(now).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_dailycounter (kind, day, value) VALUES (%s, %s, 1)"
            " ON CONFLICT (kind, day) DO UPDATE SET value = tickets_dailycounter.value + 1 RETURNING value",
            [kind, day],
        )
        value = cursor.fetchone()[0]
    return f"{day:%Y%m%d}{value:05d}"


def claim(*, user, key, body, now):
    """Claim an intake: (the id of the new ticket, whether files wait for it), or None when this key was used before.

    A second request with the same key waits here until the first one commits or gives up.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_idempotencykey (user_id, key, body_hash, created_at, ticket_id)"
            " VALUES (%s, %s, %s, %s, nextval(pg_get_serial_sequence('tickets_ticket', 'id')))"
            " ON CONFLICT (user_id, key) DO NOTHING RETURNING ticket_id, EXISTS (SELECT FROM tickets_attachment waiting"
            " WHERE by_id = user_id AND waiting.key = tickets_idempotencykey.key AND waiting.ticket_id IS NULL)",
            [user.pk, key, body_hash(body), now],
        )
        return cursor.fetchone()


def new_salt():
    return secrets.token_hex(8)


def query_code(ticket):
    """The citizen's 8-character code (40 bits), derived again whenever it is needed."""
    text = f"query:{ticket.ticket_no}:{ticket.query_salt}"
    digest = hmac.new(settings.HASH_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:5]).decode()


def body_hash(body):
    """Hash of a request's meaning: key order and spacing do not matter."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()
