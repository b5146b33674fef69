"""The ticket and everything that belongs to its row."""
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Reverse
from django.utils.translation import gettext_lazy as _

from tickets import guards
from tickets.catalogue import Category
from tickets.channels.models import Mailbox, Message
from tickets.choices import Channel, ClosureKind, Difficulty, SubjectType, Type, Urgency
from tickets.clocks import Clock
from tickets.exports.rows import Export, ExportPart
from tickets.files.rows import Attachment, AttachmentFile
from tickets.finding import index
from tickets.finding.index import SearchText
from tickets.life import Life
from tickets.numbers import DailyCounter, IdempotencyKey
from tickets.overrides import SlaOverride
from tickets.people import Call, Caller, Disposition
from tickets.proposals import Proposal
from tickets.saved_views import ListChoice, SavedView
from tickets.saying.rows import ScriptText, Snippet
from tickets.scope import TicketQuerySet
from tickets.sightings import Sighting
from tickets.similar.rows import CallerNote, Recognition
from tickets.sla import CalendarVersion, HolidayDay, SlaProfile
from tickets.splits import Split
from tickets.states import OPEN, WHOSE_TURN, State
from tickets.taking.rows import CategoryQuestions, IntakeDraft
from tickets.telephony.models import PhoneCall, PhoneEvent, Seat, Transfer
from tickets.trail import TicketEvent

__all__ = ["Attachment", "AttachmentFile", "CalendarVersion", "Call", "Caller", "CallerNote", "Category", "CategoryQuestions",
           "Clock", "DailyCounter", "Disposition", "Export", "ExportPart", "HolidayDay", "IdempotencyKey", "IntakeDraft",
           "ListChoice", "Mailbox", "Message", "PhoneCall", "PhoneEvent", "Proposal", "Recognition", "SavedView", "ScriptText",
           "SearchText", "Seat", "Sighting", "SlaOverride", "SlaProfile", "Snippet", "Split", "Ticket", "TicketEvent",
           "Transfer"]

NO_AREA_NEEDED = (Type.CONSULT, Type.PRAISE)


class Ticket(Life):
    ticket_no = models.CharField(_("ticket no."), max_length=16, unique=True)
    query_salt = models.CharField(max_length=16)  # the query code is derived from it, never stored
    hotline_code = models.CharField(max_length=8, default="12345")
    channel = models.CharField(_("channel"), max_length=14, choices=Channel, default=Channel.PHONE)
    source_ref = models.CharField(max_length=64, blank=True)  # number at the channel it came from
    registered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)  # two begin with it
    registered_team = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    registered_at = models.DateTimeField(_("registered"))
    received_at = models.DateTimeField(null=True, blank=True)  # by its channel; ACCEPT counts from then

    caller = models.ForeignKey(Caller, models.PROTECT, related_name="tickets")
    phone_hash = models.CharField(max_length=64, blank=True)
    subject_type = models.CharField(max_length=14, choices=SubjectType, default=SubjectType.PERSON)
    need_reply = models.BooleanField(default=True)
    is_confidential = models.BooleanField(_("confidential"), default=False)

    type = models.CharField(_("type"), max_length=10, choices=Type, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.NORMAL)
    difficulty = models.CharField(max_length=10, choices=Difficulty, default=Difficulty.SIMPLE)
    area = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    address = models.CharField(_("address"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    target = models.CharField(max_length=100, blank=True)
    target_unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=40, blank=True)
    content = models.TextField(_("content"), max_length=2000, blank=True)
    demand = models.CharField(_("demand"), max_length=200, blank=True)
    unit_summary = models.TextField(blank=True)  # of a confidential matter: what units read of it
    extra = models.JSONField(default=dict, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    note = models.TextField(max_length=1000, blank=True)  # of the operator; never shown to units
    proposed_unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    sla_profile = models.ForeignKey(SlaProfile, models.PROTECT, related_name="+")
    unit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # units with a live assignment
    handler_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # empty: anyone of the unit
    repeat_count = models.PositiveSmallIntegerField(default=0)
    reporter_count = models.PositiveSmallIntegerField(default=1)
    remind_count = models.PositiveSmallIntegerField(default=0)
    key_supervision = models.BooleanField(default=False)
    excluded_from_assessment = models.BooleanField(default=False)  # 剔除: out of ratios, never out of the callback
    tracked_until = models.DateField(null=True, blank=True)  # 持续跟踪: earliest date of an open annotation
    next_due_at = models.DateTimeField(null=True, blank=True)  # earliest running clock, kept by clocks.Face
    version = models.PositiveIntegerField(default=0)  # = seq of the last event
    trail_hash = models.CharField(max_length=64, blank=True)  # = hash of the last event

    objects = TicketQuerySet.as_manager()

    class Meta(Life.Meta):
        abstract = False
        constraints = guards.CONSTRAINTS
        triggers = [*guards.TRIGGERS, *index.TRIGGERS]
        indexes = [
            models.Index(fields=["state", "next_due_at", "id"], name="ticket_work", condition=Q(state__in=OPEN)),
            models.Index(fields=["next_due_at", "id"], name="ticket_repeated",
                         condition=Q(Q(repeat_count__gt=0) | Q(reporter_count__gt=1), state__in=OPEN)),
            models.Index(fields=["-registered_at", "-id"], name="ticket_newest"),
            models.Index(fields=["registered_by", "-id"], name="ticket_registrar"),
            models.Index(fields=["registered_by", "phone_hash"], name="ticket_same_caller"),  # scope.py asks it for every list
            models.Index(fields=["phone_hash", "-id"], name="ticket_phone", condition=~Q(phone_hash="")),
            models.Index(fields=["area", "-registered_at"], name="ticket_place"),
            models.Index(fields=["category", "-registered_at"], name="ticket_kind"),
            models.Index(fields=["tracked_until", "-id"], name="ticket_tracked", condition=Q(tracked_until__isnull=False)),
            models.Index(fields=["closed_at"], name="ticket_to_archive", condition=Q(state=State.CLOSED)),
            models.Index(fields=["closed_at"], name="ticket_forced", condition=Q(closure_kind=ClosureKind.FORCED)),
            *[models.Index(fields=[moment], name=f"ticket_{moment}", condition=Q(**{f"{moment}__isnull": False}))
              for moment in ("accepted_at", "first_dispatched_at", "completed_at")],  # when a figure counts it
            GinIndex(fields=["unit_ids"], name="ticket_units", condition=Q(state__in=OPEN), fastupdate=False),
            GinIndex(fields=["unit_ids"], name="ticket_units_all", fastupdate=False),
            models.Index(Collate(Reverse("ticket_no"), "C"), name="ticket_number_tail"),
        ]

    def __str__(self):
        return f"{self.ticket_no} {self.get_state_display()}"

    @property
    def turn(self):
        return WHOSE_TURN[State(self.state)]

    @property
    def is_open(self):
        return self.state in OPEN

    @property
    def needs_area(self):
        return self.type not in NO_AREA_NEEDED
