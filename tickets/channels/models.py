"""A message as it came in, and how far a mailbox was read. What somebody wrote is never changed."""
import hashlib

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.privacy import EncryptedTextField
from tickets.choices import Channel, Urgency

LONGEST_BODY, LONGEST_SUBJECT, LONGEST_REFERENCE = 20_000, 200, 64

# Names, numbers and addresses are left out: keys are rotated by saving rows again, which writes other ciphers.
STAYS = """
    IF (NEW.channel, NEW.source_ref, NEW.subject, NEW.body, NEW.attachments, NEW.written_at, NEW.received_at, NEW.arrived_at,
        NEW.arrived_by_id, NEW.answer_by, NEW.urgency) IS DISTINCT FROM
       (OLD.channel, OLD.source_ref, OLD.subject, OLD.body, OLD.attachments, OLD.written_at, OLD.received_at, OLD.arrived_at,
        OLD.arrived_by_id, OLD.answer_by, OLD.urgency) THEN
        RAISE EXCEPTION 'message %: what came in stays as it came', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status IN ('ticket', 'joined', 'no_matter') AND
       (NEW.status, NEW.ticket_id, NEW.handled_by_id, NEW.handled_at, NEW.reason, NEW.note) IS DISTINCT FROM
       (OLD.status, OLD.ticket_id, OLD.handled_by_id, OLD.handled_at, OLD.reason, OLD.note) THEN
        RAISE EXCEPTION 'message %: it is handled already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class MessageStatus(models.TextChoices):
    NEW = "new", _("New")
    TAKEN = "taken", _("Being taken")
    TICKET = "ticket", _("Became a ticket")
    JOINED = "joined", _("Added to a ticket")
    NO_MATTER = "no_matter", _("No matter")


class NoMatter(models.TextChoices):
    SPAM = "spam", _("Advertising or spam")
    THANKS = "thanks", _("Only thanks or a greeting")
    DUPLICATE = "duplicate", _("The same is in a ticket already")
    NOT_OURS = "not_ours", _("Not meant for the hotline")
    EMPTY = "empty", _("Empty or unreadable")


class Message(models.Model):
    """`due_at` is when it has to be accepted (SPEC 4.1, ACCEPT); `answer_by` is what a superior asks for besides."""

    Status, Reason = MessageStatus, NoMatter
    OPEN = (MessageStatus.NEW, MessageStatus.TAKEN)

    channel = models.CharField(max_length=14, choices=Channel)
    source_ref = models.CharField(max_length=LONGEST_REFERENCE)  # its number there
    sender = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    address = EncryptedTextField(blank=True)  # of mail or e-mail, or an account
    subject = models.CharField(max_length=LONGEST_SUBJECT, blank=True)
    body = models.TextField(max_length=LONGEST_BODY, blank=True)
    attachments = models.JSONField(default=list, blank=True)  # [{"name", "size", "sha256"}]; the files stay where they are
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)
    written_at = models.DateTimeField(null=True)  # as the sender says
    received_at = models.DateTimeField()  # by the channel; the clock counts from here
    arrived_at = models.DateTimeField()  # here
    arrived_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    answer_by = models.DateTimeField(null=True)

    profile = models.ForeignKey("tickets.SlaProfile", models.PROTECT, db_index=False, related_name="+")
    due_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)  # rungs already dealt with
    next_fire_at = models.DateTimeField(null=True)

    status = models.CharField(max_length=9, choices=MessageStatus, default=MessageStatus.NEW)
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    taken_until = models.DateTimeField(null=True)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="messages")
    handled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=9, choices=NoMatter, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "source_ref"], name="message_came_once"),
            models.UniqueConstraint(fields=["ticket"], condition=Q(status="ticket"), name="message_one_a_ticket"),
            models.CheckConstraint(name="message_came_in_writing", condition=~Q(channel=Channel.PHONE) & ~Q(source_ref="")),
            models.CheckConstraint(name="message_received_before_it_arrived", condition=Q(received_at__lte=F("arrived_at"))),
            models.CheckConstraint(name="message_taken_by_somebody",
                                   condition=Q(status="taken", taken_by__isnull=False, taken_until__isnull=False)
                                   | ~Q(status="taken") & Q(taken_by=None, taken_until=None)),
            models.CheckConstraint(name="message_handled_by_somebody",
                                   condition=Q(status__in=["new", "taken"], handled_by=None, handled_at=None, reason="",
                                               ticket=None)
                                   | Q(status__in=["ticket", "joined"], handled_by__isnull=False, handled_at__isnull=False,
                                       reason="", ticket__isnull=False)
                                   | Q(status="no_matter", handled_by__isnull=False, handled_at__isnull=False, reason__gt="")),
            models.CheckConstraint(name="message_fires_while_open",
                                   condition=Q(next_fire_at=None) | Q(status__in=["new", "taken"])),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_open", condition=Q(status__in=["new", "taken"])),
            models.Index(fields=["next_fire_at"], name="message_fire", condition=Q(next_fire_at__isnull=False)),
            models.Index(fields=["-handled_at", "-id"], name="message_handled", condition=Q(handled_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Trigger(name="message_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=STAYS),
            pgtrigger.Protect(name="message_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.channel} {self.source_ref} {self.status}"

    @property
    def is_open(self):
        return self.status in self.OPEN

    def holder(self, now):
        """Who is taking it at this instant, or None."""
        return self.taken_by if self.status == self.Status.TAKEN and self.taken_until > now else None

    @property
    def length(self):
        """Seconds from its coming in until it is due, as clocks keep them."""
        return int((self.due_at - self.received_at).total_seconds())


def short_reference(text):
    """The number at the channel as a ticket can keep it: itself, or a hash where it is very long."""
    if text and len(text) <= LONGEST_REFERENCE:
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:48]}"


class Mailbox(models.Model):
    """How far one folder was read. UIDs only grow while `validity` stays the same (RFC 3501)."""

    name = models.CharField(max_length=200, unique=True)  # user@host/folder
    validity = models.BigIntegerField()
    last_uid = models.BigIntegerField(default=0)
    polled_at = models.DateTimeField()
