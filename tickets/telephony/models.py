"""Seats, what the telephone told of a call, and calls that were connected to 110, 119, 120 or 122."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_ID = 100


class Seat(models.Model):
    """One operator at one extension, from sitting down to leaving (一线两端: in the hall or at home)."""

    class Place(models.TextChoices):
        ON_SITE = "on_site", _("In the hall")
        HOME = "home", _("At home")

    class Mode(models.TextChoices):
        READY = "ready", _("Ready")
        BUSY = "busy", _("On a call")
        WRAP_UP = "wrap_up", _("Wrap-up")
        PAUSE = "pause", _("Pause")

    extension = models.CharField(_("extension"), max_length=8)
    operator = models.ForeignKey("accounts.User", models.PROTECT, related_name="seats")
    place = models.CharField(max_length=8, choices=Place)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.READY)
    since = models.DateTimeField()  # of the mode
    sat_down_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    call = models.ForeignKey("tickets.Call", models.PROTECT, null=True, related_name="+")  # the one that rings or is in hand

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["extension"], condition=Q(left_at=None), name="seat_one_operator"),
            models.UniqueConstraint(fields=["operator"], condition=Q(left_at=None), name="seat_one_of_an_operator"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=models.F("sat_down_at")), name="seat_left_after"),
            models.CheckConstraint(condition=Q(mode__in=["ready", "busy", "wrap_up", "pause"]), name="seat_mode_known"),
            models.CheckConstraint(condition=Q(place__in=["on_site", "home"]), name="seat_place_known"),
        ]
        indexes = [models.Index(fields=["sat_down_at"], name="seat_sat_down")]
        triggers = [pgtrigger.Protect(name="seat_stays", operation=pgtrigger.Delete)]


SAID_ONCE = """
    IF NEW.call_id <> OLD.call_id OR NEW.source_id <> OLD.source_id OR NEW.direction <> OLD.direction
       OR OLD.answered_at IS NOT NULL AND NEW.answered_at IS NULL OR OLD.hung_up_at IS NOT NULL AND NEW.hung_up_at IS NULL THEN
        RAISE EXCEPTION 'call %: what the telephone told stays', OLD.call_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PhoneCall(models.Model):
    """What the telephone system told of one call of the ledger: for each thing the earliest time that it named."""

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    call = models.OneToOneField("tickets.Call", models.PROTECT, primary_key=True, related_name="phone")
    source_id = models.CharField(max_length=LONGEST_ID, unique=True)  # the call's name in the telephone system
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    extension = models.CharField(max_length=8, blank=True)  # where it rang last, or was answered
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    hung_up_at = models.DateTimeField(null=True)
    recording = models.CharField(max_length=300, blank=True)  # its name in the archive of recordings

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="phone_direction_known")]
        triggers = [
            pgtrigger.Protect(name="phone_call_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(name="phone_said_once", when=pgtrigger.Before, operation=pgtrigger.Update, func=SAID_ONCE),
        ]

    @property
    def is_over(self):
        return self.hung_up_at is not None

    @property
    def is_talking(self):
        return self.answered_at is not None and not self.is_over


class PhoneEvent(models.Model):
    """One event as it came, once; kept for ever, as what the rows above follow from."""

    class Kind(models.TextChoices):
        RINGING = "ringing", _("Ringing")
        ANSWERED = "answered", _("Answered")
        TRANSFERRED = "transferred", _("Transferred")
        HUNG_UP = "hung_up", _("Hung up")
        RECORDING_READY = "recording_ready", _("Recording ready")

    event_id = models.CharField(max_length=LONGEST_ID, unique=True)
    body_hash = models.CharField(max_length=64)
    phone_call = models.ForeignKey(PhoneCall, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind)
    at = models.DateTimeField()  # as the telephone system says
    taken_at = models.DateTimeField()
    extension = models.CharField(max_length=8, blank=True)
    operator = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # who sat there and is told

    class Meta:
        indexes = [models.Index(fields=["operator", "-taken_at"], name="phone_event_operator")]
        triggers = [pgtrigger.Protect(name="phone_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Transfer(models.Model):
    """三方转接: the caller was connected with an emergency line, and what came of it."""

    class Line(models.TextChoices):
        POLICE = "110", _("110 police")
        FIRE = "119", _("119 fire")
        AMBULANCE = "120", _("120 ambulance")
        TRAFFIC = "122", _("122 traffic police")
        OTHER = "other", _("Another line")

    class Result(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NO_ANSWER = "no_answer", _("No answer")
        BUSY = "busy", _("Line busy")
        CALLER_GONE = "caller_gone", _("The caller hung up")
        UNKNOWN = "unknown", _("Told by the telephone system")

    call = models.ForeignKey("tickets.Call", models.PROTECT, related_name="transfers")
    line = models.CharField(max_length=5, choices=Line)
    number = models.CharField(max_length=20, blank=True)  # of another line
    result = models.CharField(max_length=12, choices=Result)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(line__in=["110", "119", "120", "122", "other"]), name="transfer_line_known"),
            models.CheckConstraint(name="transfer_result_known", condition=Q(
                result__in=["connected", "no_answer", "busy", "caller_gone", "unknown"])),
        ]
        triggers = [pgtrigger.Protect(name="transfer_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
