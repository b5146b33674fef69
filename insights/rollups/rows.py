"""Hours of figures, counted beforehand, and which hours have to be counted again.

A mark is written by a trigger, in the transaction of whatever changed: each event of a trail marks its ticket, each call its
hour. Nothing has to be sent to anybody: as long as a mark is there, its hours are counted from the rows themselves.
"""
import pgtrigger
from django.db import models

from followup.models import SampleFinding
from tickets.choices import Urgency
from tickets.models import Call, PhoneCall, TicketEvent

ROLLED = (
    "calls", "calls_offered", "calls_answered", "calls_answered_soon", "calls_nuisance", "accepted", "direct", "refused",
    "accepted_dispatched", "cleared_same_day", "merged", "dispatched", "dispatched_in_time", "first_right", "done", "to_do",
    "to_do_excluded", "lead_parts", "receipts_due", "receipts_due_excluded", "receipts_in_time", "responses_due",
    "responses_due_excluded", "responses_in_time", "responses_attempted", "completions_due", "completions_due_excluded",
    "completions_in_time", "completions_late", "replies_due", "replies_due_excluded", "replied", "outcomes", "reached", "rated",
    "rated_excluded", "contacted", "solved", "basically_solved", "satisfied", "basically_satisfied", "service_rated",
    "service_satisfied", "fell_short", "appeals_won", "redone", "first_outcomes", "first_outcomes_excluded",
    "returns_asked", "returns_granted", "taken",
    "suspended", "extended", "exclusions", "appealed_out", "forced", "called_again", "orders", "orders_due", "orders_closed",
    "cited", "sent_back", "replies_reviewed", "replies_returned", "callbacks_checked", "callbacks_kept",
)
EACH = ("handling_time", *(f"handling_time_{urgency}" for urgency in Urgency.values), "response_time", "callback_rounds")
MARK_TICKET = """
    INSERT INTO insights_hourmark (ticket, seq) VALUES (NEW.ticket_id, NEW.seq);
    RETURN NULL;
"""
MARK_CALL = """
    INSERT INTO insights_hourmark (hour) VALUES (date_trunc('hour', NEW.started_at));
    RETURN NULL;
"""
MARK_FINDING = """
    INSERT INTO insights_hourmark (hour) VALUES (date_trunc('hour', NEW.at));
    RETURN NULL;
"""
MARK_PHONE = """
    INSERT INTO insights_hourmark (hour) SELECT date_trunc('hour', started_at) FROM tickets_call WHERE id = NEW.call_id;
    RETURN NULL;
"""


class Axis(models.IntegerChoices):
    """What the rows of an hour are divided by; one at a time, since by all at once nearly every ticket is a row."""

    WHOLE = 0
    UNIT = 1
    AREA = 2
    CATEGORY = 3


class HourlyFigures(models.Model):
    """So many of each measure in one hour, of the whole (key 0) or of one unit, place or category. What EACH says, it
    keeps one by one, eight bytes each (packing.py)."""

    hour = models.DateTimeField()
    axis = models.PositiveSmallIntegerField(choices=Axis)
    key = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["axis", "hour", "key"], name="hourly_figures_once")]


for code in ROLLED:
    HourlyFigures.add_to_class(code, models.IntegerField(default=0))
for code in EACH:
    HourlyFigures.add_to_class(code, models.BinaryField(default=b""))


class HourMark(models.Model):
    """The hours of this ticket, as its event `seq` found and left it; or this hour."""

    ticket = models.BigIntegerField(null=True)
    seq = models.PositiveIntegerField(null=True)
    hour = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="hour_mark_of_ticket_or_hour", condition=models.Q(
            ticket__isnull=False, seq__isnull=False, hour=None) | models.Q(ticket=None, seq=None, hour__isnull=False))]


class MarkedEvent(TicketEvent):
    class Meta:
        proxy = True
        triggers = [pgtrigger.Trigger(name="event_marks_hours", when=pgtrigger.After, operation=pgtrigger.Insert,
                                      func=MARK_TICKET)]


class MarkedCall(Call):
    class Meta:
        proxy = True
        triggers = [pgtrigger.Trigger(name="call_marks_hour", when=pgtrigger.After,
                                      operation=pgtrigger.Insert | pgtrigger.Update, func=MARK_CALL)]


class MarkedPhoneCall(PhoneCall):
    class Meta:
        proxy = True
        triggers = [pgtrigger.Trigger(name="phone_call_marks_hour", when=pgtrigger.After,
                                      operation=pgtrigger.Insert | pgtrigger.Update, func=MARK_PHONE)]


class MarkedFinding(SampleFinding):
    class Meta:
        proxy = True
        triggers = [pgtrigger.Trigger(name="finding_marks_hour", when=pgtrigger.After, operation=pgtrigger.Insert,
                                      func=MARK_FINDING)]
