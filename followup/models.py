"""The mandatory callback: one task per distinct reporter and round, its attempts and its outcome."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followup import ratings
from followup.annotations.rows import Annotation, AnnotationEntry
from followup.appeals.models import Appeal, AppealReview
from followup.city.rows import CityCallback
from followup.sampling.rows import SampledCallback, SampleDraw, SampleFinding, SampleSeed
from followup.tracking.rows import TrackedItem, TrackedNote, TrackedRow, TrackingWeek
from tickets.choices import Outcome

__all__ = ["Annotation", "AnnotationEntry", "Appeal", "AppealReview", "CallbackAttempt", "CallbackTask", "CityCallback",
           "SampleDraw", "SampleFinding", "SampleSeed", "SampledCallback", "SurveyMiss", "TrackedItem", "TrackedNote",
           "TrackedRow", "TrackingWeek"]
FROZEN = ("outcome", "outcome_by_id", "outcome_at", "contacted", "solved", "satisfied", "process_satisfied", "reply_true",
          "reason", "note", "speaker", "new_ticket_id", "corrects_id", "ordered_by_id", "why", "after_closing")
RESULT_IS_FROZEN = f"""
    IF OLD.outcome <> '' AND ({", ".join(f"NEW.{field}" for field in FROZEN)})
       IS DISTINCT FROM ({", ".join(f"OLD.{field}" for field in FROZEN)}) THEN
        RAISE EXCEPTION 'callback %: an outcome is corrected by a new record, never changed', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
CORRECTS_THE_SAME = """
    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM followup_callbacktask f WHERE f.id = NEW.corrects_id AND f.id <> NEW.id AND f.outcome <> ''
           AND (f.ticket_id, f.round, f.kind, f.caller_id) = (NEW.ticket_id, NEW.round, NEW.kind, NEW.caller_id)) THEN
        RAISE EXCEPTION 'callback %: corrects a record of another matter', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# A correction is a supervisor's, and no call; of the system there is but one, and it judges nobody.
SECOND_BY_ANOTHER = """
    IF NEW.kind = 're_callback' AND NEW.outcome <> '' AND NEW.corrects_id IS NULL AND (
        NEW.outcome_by_id = NEW.ordered_by_id OR EXISTS (
            SELECT FROM followup_callbacktask f JOIN accounts_user u ON u.id = f.outcome_by_id
            WHERE f.ticket_id = NEW.ticket_id AND f.round = NEW.round AND f.kind = 'result'
              AND f.outcome_by_id = NEW.outcome_by_id AND u.username <> 'system')) THEN
        RAISE EXCEPTION 'callback %: the second call is made by another person', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


# Outcomes of a task alone, never of a ticket.
LEFT = "left"  # the reporter has a ticket of his own now
DROPPED = "dropped"  # a second callback that the ticket's reopening overtook


class CallbackTask(models.Model):
    class Kind(models.TextChoices):
        RESULT = "result", _("Result")
        WITHDRAW_CHECK = "withdraw_check", _("Check of a withdrawal")
        FOLLOW_UP = "follow_up", _("Follow-up visit")
        RE_CALLBACK = "re_callback", _("Second callback")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLAIMED = "claimed", _("Claimed")
        RETRY_WAIT = "retry_wait", _("Waiting for the next try")
        SMS_WAIT = "sms_wait", _("Waiting for the text message answer")
        DONE = "done", _("Done")
        UNREACHABLE = "unreachable", _("Could not be reached")

    class Speaker(models.TextChoices):
        HIMSELF = "himself", _("The citizen himself")
        PROXY = "proxy", _("Somebody answers for him")

    Solved, Satisfied = ratings.Solved, ratings.Satisfied

    class Reason(models.TextChoices):
        NOT_CONTACTED = "not_contacted", _("Unit did not make contact")
        OFF_POINT = "off_point", _("Answer beside the point")
        SHIRKING = "shirking", _("Passed around")
        SLOW = "slow", _("Slow")
        PERSISTS = "persists", _("Problem persists")
        RECURS = "recurs", _("Problem came back")
        BROKEN_PROMISE = "broken_promise", _("Promise not kept")
        POLICY = "policy", _("Does not accept the policy")
        CHANGED = "changed", _("Demand has changed")
        OTHER = "other", _("Other")

    RATINGS = (Kind.RESULT, Kind.RE_CALLBACK)  # both ask how the work was
    WAITING = (Status.OPEN, Status.CLAIMED, Status.RETRY_WAIT, Status.SMS_WAIT)

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="callback_tasks")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.RESULT)
    caller = models.ForeignKey("tickets.Caller", models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    claimed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField()
    best_band = models.PositiveSmallIntegerField(null=True)  # of schedule.BANDS: when he called us, or asked to be called
    survey_sent_at = models.DateTimeField(null=True)  # text message after the third try; 48 h
    survey_hash = models.CharField(max_length=64, blank=True)  # of the token in its link, which is kept nowhere
    speaker = models.CharField(max_length=8, choices=Speaker, blank=True)  # who gave the answers on the phone
    contacted = models.BooleanField(null=True)  # Q1
    solved = models.CharField(max_length=12, choices=Solved, blank=True)  # Q2
    satisfied = models.CharField(max_length=12, choices=Satisfied, blank=True)  # Q3
    process_satisfied = models.CharField(max_length=12, choices=Satisfied, blank=True)  # Q4
    reply_true = models.BooleanField(null=True)  # Q5
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    new_ticket = models.OneToOneField("tickets.Ticket", models.PROTECT, null=True, related_name="follow_up_of")  # Q8
    outcome = models.CharField(max_length=20, blank=True,
                               choices=[*Outcome.choices, (LEFT, _("Not asked: a ticket of his own")),
                                        (DROPPED, _("Not asked: the ticket was reopened"))])
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="correction")  # this record, which stays
    ordered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # a second callback
    why = models.CharField(max_length=500, blank=True)  # it was corrected, or called a second time
    after_closing = models.BooleanField(default=False)  # kept beside the outcome with which the ticket was closed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round", "kind", "caller"], name="callback_task_per_reporter",
                                    condition=Q(kind__in=["result", "withdraw_check"], outcome="")),
            models.UniqueConstraint(fields=["ticket", "round"], name="callback_second_once",
                                    condition=Q(kind="re_callback", corrects=None)),
            models.CheckConstraint(name="callback_second_was_ordered",
                                   condition=~Q(kind="re_callback", corrects=None) | Q(ordered_by__isnull=False, why__gt="")),
            models.CheckConstraint(name="callback_correction_says_why",
                                   condition=Q(corrects=None) | Q(outcome__gt="", why__gt="")),
            models.UniqueConstraint(fields=["survey_hash"], name="callback_survey_hash", condition=Q(survey_hash__gt="")),
            models.CheckConstraint(name="callback_outcome_at_by_together",
                                   condition=Q(outcome="", outcome_at=None, outcome_by=None)
                                   | Q(outcome__gt="", outcome_at__isnull=False, outcome_by__isnull=False)),
            models.CheckConstraint(name="callback_done_has_outcome",
                                   condition=Q(status__in=["done", "unreachable"], outcome__gt="")
                                   | ~Q(status__in=["done", "unreachable"]) & Q(outcome="")),
            models.CheckConstraint(name="callback_speaker_gave_answers",
                                   condition=Q(speaker="") | Q(contacted__isnull=False, outcome__gt="")),
            models.CheckConstraint(name="callback_new_ticket_after_answers",
                                   condition=Q(new_ticket=None) | Q(contacted__isnull=False, outcome__gt="")),
            models.CheckConstraint(name="callback_claimed_by_until_together",
                                   condition=Q(status="claimed", claimed_by__isnull=False, claimed_until__isnull=False)
                                   | ~Q(status="claimed") & Q(claimed_by=None, claimed_until=None)),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="callback_waiting", condition=Q(outcome="")),
                   models.Index(fields=["outcome_at"], name="callback_outcome_at", condition=Q(outcome__gt="")),
                   models.Index(fields=["ticket"], name="callback_negative", condition=Q(outcome="negative"))]
        triggers = [
            pgtrigger.Trigger(name="callback_result_is_frozen", when=pgtrigger.Before, operation=pgtrigger.Update,
                              func=RESULT_IS_FROZEN),
            pgtrigger.Trigger(name="callback_corrects_the_same", when=pgtrigger.Before,
                              operation=pgtrigger.Insert | pgtrigger.Update, func=CORRECTS_THE_SAME),
            pgtrigger.Trigger(name="callback_second_by_another", when=pgtrigger.Before,
                              operation=pgtrigger.Insert | pgtrigger.Update, func=SECOND_BY_ANOTHER),
            pgtrigger.Protect(name="callback_never_deleted", operation=pgtrigger.Delete),
        ]

    def is_claimed(self, now):
        """A lock that has run out binds nobody; no job has to look for it."""
        return self.claimed_until is not None and self.claimed_until > now

    @property
    def said_by_message(self):
        """The reporter filled the questionnaire in himself; asked by a person, that person would stand there."""
        return bool(self.contacted is not None and self.outcome_by and self.outcome_by.is_system)


class CallbackAttempt(models.Model):
    class Result(models.TextChoices):
        ANSWERED = "answered", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        POWERED_OFF = "powered_off", _("Switched off")
        WRONG_NUMBER = "wrong_number", _("Wrong or dead number")
        DECLINED = "declined", _("Call declined")
        NOT_HIMSELF = "not_himself", _("Somebody else answered")
        RESCHEDULE = "reschedule", _("Asked for another time")

    class Number(models.TextChoices):
        PHONE = "phone", _("First number")
        PHONE2 = "phone2", _("Second number")
        CALLED = "called", _("Number he called from")

    task = models.ForeignKey(CallbackTask, models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    result = models.CharField(max_length=14, choices=Result)
    number_used = models.CharField(max_length=6, choices=Number, default=Number.PHONE)  # which one, never the number itself
    recording_ref = models.CharField(max_length=100, blank=True)  # where the telephone system keeps the recording
    note = models.CharField(max_length=500, blank=True)


class SurveyMiss(models.Model):
    """An address of a questionnaire that was opened and leads nowhere: counted for a quarter of an hour, then forgotten."""

    at = models.DateTimeField()
    source = models.CharField(max_length=64)  # keyed hash of where the request came from, never the address itself

    class Meta:
        indexes = [
            models.Index(fields=["source", "at"], name="survey_miss_source"),
            models.Index(fields=["at"], name="survey_miss_at"),
        ]
