"""The tracking list in the database. No row of it is deleted, its log is never changed, and the database itself asks the
ticket whether an item may leave."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.states import DONE, State

LONGEST = 1000


class Bucket(models.TextChoices):
    DISSATISFIED = "dissatisfied", _("Dissatisfied when called back")
    IN_HAND = "in_hand", _("Still in hand")
    UNSOLVED = "unsolved", _("Not solved")


class Cause(models.TextChoices):
    """Why it is not done: the reasons of a bad callback (SPEC 7.5), of a suspension and of a forced close (SPEC 3.6)."""

    NOT_CONTACTED = "not_contacted", _("Unit did not make contact")
    OFF_POINT = "off_point", _("Answer beside the point")
    SHIRKING = "shirking", _("Passed around")
    SLOW = "slow", _("Slow")
    PERSISTS = "persists", _("Problem persists")
    RECURS = "recurs", _("Problem came back")
    BROKEN_PROMISE = "broken_promise", _("Promise not kept")
    POLICY = "policy", _("Does not accept the policy")
    CHANGED = "changed", _("Demand has changed")
    WITHIN_LIMIT = "within_limit", _("Being handled within its limit")
    SEVERAL_UNITS = "several_units", _("Several units have to agree")
    PROJECT = "project", _("Needs a construction project")
    AWAITS_POLICY = "awaits_policy", _("Awaits a policy or higher decision")
    FUNDS = "funds", _("Awaits funds")
    SEASON = "season", _("Depends on season or weather")
    PROCEDURE = "procedure", _("Statutory procedure under way")
    NO_COOPERATION = "no_cooperation", _("Citizen refuses to cooperate")
    CIVIL_PARTY = "civil_party", _("Civil party responsible, mediation failed")
    OTHER = "other", _("Other")


class Left(models.TextChoices):
    RESOLVED = "resolved", _("Closed")
    FORCED = "forced", _("Closed by two persons")
    SUSPENDED = "suspended", _("Suspended by ruling")
    MERGED = "merged", _("Goes on in another ticket")
    ENDED = "ended", _("Not a matter of this hotline, or withdrawn")


MAY_LEAVE = ", ".join(f"'{state}'" for state in (*DONE, State.SUSPENDED))
# There is no way off the list but the ticket's own end or its suspension; and whoever is off stays as he left.
LEAVES_WITH_ITS_TICKET = f"""
    IF OLD.left_at IS NOT NULL OR NEW.ticket_id <> OLD.ticket_id OR NEW.since_id <> OLD.since_id OR NEW.at <> OLD.at THEN
        RAISE EXCEPTION 'tracked item %: what is over is not changed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.left_at IS NOT NULL THEN
        SELECT t.state INTO _state FROM tickets_ticket t WHERE t.id = NEW.ticket_id;
        IF _state NOT IN ({MAY_LEAVE}) THEN
            RAISE EXCEPTION 'tracked item %: its ticket is %, it stays on the list', OLD.id, _state
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
"""  # noqa: S608  # the states are our own words


class TrackingWeek(models.Model):
    """That the list about a week was made, and when; a week without a row has still to be made."""

    monday = models.DateField(unique=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="tracking_week_stays", operation=pgtrigger.Update | pgtrigger.Delete)]


class TrackedItem(models.Model):
    """A ticket on the list, from the week it came to the day it left."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="tracked_items")
    since = models.ForeignKey(TrackingWeek, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cause = models.CharField(max_length=16, choices=Cause, blank=True)
    left_at = models.DateTimeField(null=True)
    left_how = models.CharField(max_length=10, choices=Left, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="tracked_once_while_open", condition=Q(left_at=None)),
            models.CheckConstraint(name="tracked_left_at_and_how", condition=Q(left_at=None, left_how="")
                                   | Q(left_at__isnull=False, left_how__in=Left.values)),
            models.CheckConstraint(name="tracked_cause_known", condition=Q(cause__in=["", *Cause.values])),
        ]
        indexes = [models.Index(fields=["ticket", "-id"], name="tracked_of_ticket")]
        triggers = [
            pgtrigger.Trigger(name="tracked_leaves_with_its_ticket", when=pgtrigger.Before, operation=pgtrigger.Update,
                              func=LEAVES_WITH_ITS_TICKET, declare=[("_state", "text")]),
            pgtrigger.Protect(name="tracked_never_deleted", operation=pgtrigger.Delete),
        ]


class TrackedRow(models.Model):
    """An item on the list of one week, and in which bucket it was then."""

    item = models.ForeignKey(TrackedItem, models.PROTECT, db_index=False, related_name="rows")
    week = models.ForeignKey(TrackingWeek, models.PROTECT, related_name="rows")
    bucket = models.CharField(max_length=12, choices=Bucket)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "week"], name="tracked_once_a_week"),
            models.CheckConstraint(name="tracked_bucket_known", condition=Q(bucket__in=Bucket.values)),
        ]
        triggers = [pgtrigger.Protect(name="tracked_row_stays", operation=pgtrigger.Update | pgtrigger.Delete)]


class TrackedNote(models.Model):
    """One dated entry of the log, by a named person, with the cause as he saw it."""

    item = models.ForeignKey(TrackedItem, models.PROTECT, related_name="notes")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cause = models.CharField(max_length=16, choices=Cause)
    text = models.CharField(max_length=LONGEST)

    class Meta:
        constraints = [
            models.CheckConstraint(name="tracked_note_says_something",
                                   condition=~Q(text="") & Q(cause__in=Cause.values)),
        ]
        triggers = [pgtrigger.Protect(name="tracked_note_stays", operation=pgtrigger.Update | pgtrigger.Delete)]
