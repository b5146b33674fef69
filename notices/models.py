"""Telling people: one outbox row per recipient, channel and cause; sent by the relay, read in the bell.

The row is written in the transaction of the fact it tells, so neither a crash nor a lost message loses it.
"""
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.privacy import EncryptedTextField


class NoticeQuerySet(models.QuerySet):
    def bell_of(self, user):
        """What the bell shows: rows that a digest stands for are hidden behind it."""
        return self.filter(recipient=user, channel=Notice.Channel.INAPP, digest=None)

    def merged_into(self, digest_id, user):
        return self.filter(recipient=user, channel=Notice.Channel.INAPP, digest=digest_id)

    def unread(self):
        return self.filter(read_at=None)

    def waiting(self, now):
        return self.filter(next_try_at__lte=now)


class Notice(models.Model):
    class Channel(models.TextChoices):
        INAPP = "inapp", _("In the product")
        SMS = "sms", _("Text message")
        EMAIL = "email", _("E-mail")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    cause = models.CharField(max_length=80)  # what happened, e.g. "event:1234:7" or "escalation:55"
    kind = models.CharField(max_length=30)  # which text: see notices/texts.py
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.INAPP)
    recipient = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="notices")  # null: a citizen
    address = EncryptedTextField(blank=True)  # a citizen's phone or e-mail address
    link = EncryptedTextField(blank=True, default="", db_default="")  # his alone, until the message has left
    letter = EncryptedTextField(blank=True, default="", db_default="")  # the reply that an e-mail brings, until it has left
    ticket_no = models.CharField(max_length=16, blank=True)
    params = models.JSONField(default=dict)  # fills the text; never personal data
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)  # quiet hours
    status = models.CharField(max_length=6, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    digest = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="merged")  # told with others
    wording = models.CharField(max_length=500, blank=True)  # of a text message or e-mail: the words that left

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause", "recipient", "channel"], name="tell_once",
                                    nulls_distinct=False),
            models.CheckConstraint(name="notice_sent_at_when_sent",
                                   condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent")),
            models.CheckConstraint(name="notice_queued_has_a_next_try",
                                   condition=Q(status="queued", next_try_at__isnull=False)
                                   | ~Q(status="queued") & Q(next_try_at=None)),
            models.CheckConstraint(name="notice_to_a_person_or_an_address",
                                   condition=Q(recipient__isnull=False, address="")
                                   | Q(recipient=None) & ~Q(address="")),
            models.CheckConstraint(name="notice_link_only_while_queued", condition=Q(status="queued") | Q(link="")),
            models.CheckConstraint(name="notice_letter_only_while_queued", condition=Q(status="queued") | Q(letter="")),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="notice_unsent", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["recipient", "-id"], name="notice_bell", condition=Q(channel="inapp", digest=None)),
            models.Index(fields=["recipient"], name="notice_unread",
                         condition=Q(channel="inapp", digest=None, read_at=None)),
            models.Index(fields=["ticket_no", "-id"], name="notice_ticket", condition=~Q(ticket_no="")),
            models.Index(fields=["digest"], name="notice_merged", condition=Q(digest__isnull=False)),
        ]

    def __str__(self):
        return f"{self.kind} {self.ticket_no} {self.channel} {self.status}"
