"""Who holds a ticket, what he asked for, what he answered, and what happened when it was late."""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Coalesce
from django.utils.translation import gettext_lazy as _

from dispatch.conferences import Conference, Contribution
from dispatch.evidence.rows import Evidence, EvidenceFile
from dispatch.presets.rows import ReplyPreset
from dispatch.rules import RoutingRule
from tickets.choices import ContactMethod, ReplyFault

__all__ = ["Assignment", "Conference", "Contact", "Contribution", "Escalation", "Evidence", "EvidenceFile", "Heartbeat",
           "Reminder", "Reply", "ReplyPreset", "Request", "RoutingRule", "Ruling", "SupervisionOrder"]


class Assignment(models.Model):
    """承办任务: one unit's part in one round. Children (三级处置) hang under the unit that stays accountable."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead unit")
        CO = "co", _("Co-unit")

    class Status(models.TextChoices):
        PENDING = "pending", _("Awaiting receipt")
        ACCEPTED = "accepted", _("In hand")
        REPLIED = "replied", _("Replied")
        CONFIRMED = "confirmed", _("Confirmed")
        RETURNED = "returned", _("Returned")
        RECALLED = "recalled", _("Recalled")
        WAIVED = "waived", _("Reply waived")
        REDO = "returned_for_redo", _("Sent back for redo")

    LIVE = (Status.PENDING, Status.ACCEPTED, Status.REPLIED)  # the unit still owes something
    SEEN = (*LIVE, Status.CONFIRMED, Status.WAIVED, Status.REDO)  # the unit may still read the ticket

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    role = models.CharField(max_length=4, choices=Role)
    level = models.PositiveSmallIntegerField(default=1)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    round = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    handler = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    leader = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")  # named for a redo
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    opinion = models.CharField(_("dispatch opinion"), max_length=500, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # of a child: inside the parent's
    signed_at = models.DateTimeField(null=True, blank=True)
    deemed_signed = models.BooleanField(default=False)
    result = models.TextField(blank=True)  # a co-unit's or child's answer
    replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="assignment_one_live_lead",
                                    condition=Q(role="lead", level=1, status__in=["pending", "accepted", "replied"])),
            models.UniqueConstraint(fields=["ticket", "unit", "round"], name="assignment_unit_once",
                                    condition=Q(status__in=["pending", "accepted", "replied"])),
            models.CheckConstraint(name="assignment_over_when_closed",
                                   condition=Q(status__in=["pending", "accepted", "replied"], closed_at=None)
                                   | ~Q(status__in=["pending", "accepted", "replied"]) & Q(closed_at__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["unit", "status"], name="assignment_unit"),
            models.Index(fields=["opened_at"], name="assignment_opened", condition=Q(role="lead", level=1)),
            models.Index(Coalesce("signed_at", "closed_at"), name="assignment_taken", condition=Q(role="lead", level=1)),
        ]


class Contact(models.Model):
    """First and later contacts of the unit with the citizen (E8), reached or not."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="contacts")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    method = models.CharField(max_length=8, choices=ContactMethod)
    reached = models.BooleanField()
    told_deadline = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="contact_reached", condition=Q(reached=True))]


class Request(models.Model):
    """退单, 延期, 挂账, 剔除: asked by a unit, signed by its leader, decided by somebody else."""

    class Kind(models.TextChoices):
        RETURN = "return", _("Return")
        EXTENSION = "extension", _("Extension")
        SUSPENSION = "suspension", _("Suspension")
        EXCLUSION = "exclusion", _("Exclusion from assessment")

    class Status(models.TextChoices):
        PENDING = "pending", _("Awaiting decision")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    signed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # unit leader
    reason_code = models.CharField(max_length=20)
    reason = models.TextField(max_length=1000)
    legal_basis = models.CharField(max_length=500, blank=True)
    suggested_unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.JSONField(null=True, blank=True)  # of an extension: {"h": hours} or {"wd": days}
    plan = models.TextField(blank=True)
    review_date = models.DateField(null=True, blank=True)
    citizen_told_at = models.DateTimeField(null=True, blank=True)
    from_state = models.CharField(max_length=20)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind"], condition=Q(status="pending"), name="request_one_open"),
            models.CheckConstraint(name="request_not_decided_by_requester",
                                   condition=Q(decided_by=None) | ~Q(decided_by=F("by"))),
            models.CheckConstraint(name="request_decided_at_when_decided",
                                   condition=Q(status="pending", decided_at=None)
                                   | ~Q(status="pending") & Q(decided_at__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["kind", "at"], name="request_open", condition=Q(status="pending")),
            models.Index(fields=["at"], name="request_at"),
            models.Index(fields=["decided_at"], name="request_granted", condition=Q(status="approved")),
        ]


class Ruling(models.Model):
    """职责裁定: the written decision that named a unit."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="rulings")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    text = models.TextField(max_length=1000)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()


FOUND_BY_WORDS = """
    UPDATE tickets_searchtext SET replies = (SELECT search_fold(string_agg(text, E'\\n' ORDER BY id)) FROM dispatch_reply
                                             WHERE ticket_id = NEW.ticket_id) WHERE ticket_id = NEW.ticket_id;
    RETURN NULL;
"""


class Reply(models.Model):
    """The unit's answer of one round (SPEC 7.4 reply block)."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Sent back")

    class Solved(models.TextChoices):
        YES = "yes", _("Solved")
        PARTLY = "partly", _("Partly solved")
        NO = "no", _("Not solved")

    class Truth(models.TextChoices):
        YES = "yes", _("True")
        PARTLY = "partly", _("Partly true")
        NO = "no", _("Not true")

    class SelfCallback(models.TextChoices):
        SATISFIED = "satisfied", _("Citizen satisfied")
        DISSATISFIED = "dissatisfied", _("Citizen dissatisfied")
        NOT_REACHED = "not_reached", _("Citizen not reached")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="replies")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    signed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    truth = models.CharField(max_length=8, choices=Truth)
    solved = models.CharField(max_length=8, choices=Solved)
    unsolved_reason = models.CharField(max_length=500, blank=True)
    text = models.TextField(max_length=2000)
    basis = models.CharField(max_length=500, blank=True)
    contacted = models.BooleanField()
    not_contacted_reason = models.CharField(max_length=200, blank=True)
    self_callback = models.CharField(max_length=14, choices=SelfCallback)
    self_callback_note = models.CharField(max_length=500, blank=True)
    beyond_duty = models.BooleanField(default=False)
    follow_up_on = models.DateField(null=True, blank=True)
    public_reply = models.TextField(max_length=2000, blank=True)
    preset = models.ForeignKey(ReplyPreset, models.PROTECT, null=True, blank=True, related_name="replies")  # it began with
    findings = models.JSONField(default=list, blank=True)  # hints that were read and not followed: [[rule, words]]
    status = models.CharField(max_length=10, choices=Status, default=Status.SUBMITTED)
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=14, choices=ReplyFault, blank=True)
    review_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round"], condition=~Q(status="returned"), name="reply_one_standing"),
            models.CheckConstraint(name="reply_reviewed_at_and_by",
                                   condition=Q(status="submitted", reviewed_by=None, reviewed_at=None)
                                   | ~Q(status="submitted") & Q(reviewed_by__isnull=False, reviewed_at__isnull=False)),
        ]
        indexes = [models.Index("unit", MD5("text"), name="reply_same_text"),
                   models.Index(fields=["reviewed_at"], name="reply_reviewed_at"),
                   models.Index(fields=["ticket"], name="reply_dissatisfied", condition=Q(self_callback="dissatisfied"))]
        triggers = [  # the search finds words of replies, too
            pgtrigger.Trigger(name="reply_words_kept", when=pgtrigger.After, operation=pgtrigger.Insert, func=FOUND_BY_WORDS),
            pgtrigger.Trigger(name="reply_words_changed", when=pgtrigger.After, operation=pgtrigger.Update, func=FOUND_BY_WORDS,
                              condition=pgtrigger.AnyChange("text")),
        ]


class Reminder(models.Model):
    """催办: somebody asks where it stays; the unit must acknowledge."""

    class Kind(models.TextChoices):
        REPEAT_CALL = "repeat_call", _("Citizen called again")
        SUPERVISOR = "supervisor", _("Supervisor urges")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=12, choices=Kind)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    acknowledged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="reminder_at")]


class SupervisionOrder(models.Model):
    """督办单, issued by hand or by the ladder."""

    class Kind(models.TextChoices):
        OVERDUE = "overdue", _("Overdue")
        REPEATED = "repeated", _("Repeated")
        CLUSTER = "cluster", _("Many reporters")
        LEADER = "leader", _("Leader's instruction")
        UNSATISFIED = "unsatisfied", _("Dissatisfied")
        MEDIA = "media", _("Media")

    class Status(models.TextChoices):
        ISSUED = "issued", _("Issued")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        FED_BACK = "fed_back", _("Answered")
        SENT_BACK = "sent_back", _("Sent back")
        CLOSED = "closed", _("Closed")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="supervision_orders")
    kind = models.CharField(max_length=12, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.ISSUED)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=1000)
    due_at = models.DateTimeField()
    by_hand = models.BooleanField(default=False)  # an instruction: its issuer set the due date, and a clock runs for it alone
    feedback = models.TextField(blank=True)
    fed_back_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    fed_back_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind"], condition=~Q(status="closed"), name="supervision_one_open"),
            models.CheckConstraint(name="supervision_closed_at_when_closed",
                                   condition=Q(status="closed", closed_at__isnull=False)
                                   | ~Q(status="closed") & Q(closed_at=None)),
        ]
        indexes = [models.Index(fields=["due_at"], name="supervision_open", condition=~Q(status="closed")),
                   models.Index(fields=["at"], name="supervision_at"), models.Index(fields=["due_at"], name="supervision_due")]


class Escalation(models.Model):
    """A rung that was reached. Written once, never deleted; the boards read it."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="escalations")
    clock = models.ForeignKey("tickets.Clock", models.PROTECT, db_index=False, related_name="escalations")  # escalate_once
    kind = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()  # index of the rung
    rung = models.CharField(max_length=12)  # warn, L1 …
    due_at = models.DateTimeField()  # when the rung was reached
    fired_at = models.DateTimeField()
    skipped = models.BooleanField(default=False)  # after an outage only the highest rung tells people
    needs_ack = models.BooleanField(default=False)
    acknowledged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, db_index=False, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "level"], name="escalate_once")]
        indexes = [models.Index(fields=["fired_at"], name="escalation_unacknowledged",
                                condition=Q(needs_ack=True, acknowledged_at=None))]


class Heartbeat(models.Model):
    """When a loop last looked. /readyz and the red banner read it."""

    name = models.CharField(max_length=20, unique=True)
    last_ok = models.DateTimeField()
    lag_seconds = models.FloatField(default=0)
    data = models.JSONField(default=dict)
