"""满意度复核/考核申诉 (O13): a unit appeals the result of a closed ticket; what each reviewer decided stays."""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.choices import Outcome

FINAL_BY_ANOTHER = """
    IF EXISTS (SELECT FROM followup_appealreview r WHERE r.appeal_id = NEW.appeal_id AND r.by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'appeal %: the final review is another person''s', NEW.appeal_id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.is_final AND NOT EXISTS (
        SELECT FROM followup_appealreview r WHERE r.appeal_id = NEW.appeal_id AND NOT r.is_final) THEN
        RAISE EXCEPTION 'appeal %: the first review comes first', NEW.appeal_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
GROUNDS_ARE_FROZEN = """
    IF (NEW.ticket_id, NEW.round, NEW.unit_id, NEW.by_id, NEW.at, NEW.grounds, NEW.text, NEW.evidence, NEW.result)
       IS DISTINCT FROM (OLD.ticket_id, OLD.round, OLD.unit_id, OLD.by_id, OLD.at, OLD.grounds, OLD.text, OLD.evidence,
                         OLD.result)
       OR OLD.objected_at IS NOT NULL AND (NEW.objected_at, NEW.objected_by_id, NEW.objection)
       IS DISTINCT FROM (OLD.objected_at, OLD.objected_by_id, OLD.objection)
       OR OLD.status IN ('final', 'overtaken') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'appeal %: what was said stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Appeal(models.Model):
    class Grounds(models.TextChoices):
        MISHEARD = "misheard", _("The record is not what the citizen said")
        SOLVED = "solved", _("The matter is solved")
        OTHER_MATTER = "other_matter", _("The citizen is dissatisfied with another matter")
        UNREASONABLE = "unreasonable", _("Unreasonable demand")
        BEYOND_DUTY = "beyond_duty", _("Beyond the duty of the unit")
        POLICY = "policy", _("Law or policy does not allow it")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        FIRST = "first", _("First review")
        DECIDED = "decided", _("Decided")
        SECOND = "second", _("Final review")
        FINAL = "final", _("Finally decided")
        OVERTAKEN = "overtaken", _("Overtaken: the ticket was reopened")

    OPEN = (Status.FIRST, Status.SECOND)

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="appeals")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    grounds = models.CharField(max_length=14, choices=Grounds)
    text = models.CharField(max_length=1000)
    evidence = models.CharField(max_length=200, blank=True)  # where it is to be found: a file of the ticket, a recording
    result = models.CharField(max_length=20, choices=Outcome)  # the first one, with which the ticket was closed
    status = models.CharField(max_length=10, choices=Status, default=Status.FIRST)
    due_at = models.DateTimeField()  # of the review that is open
    objected_at = models.DateTimeField(null=True)
    objected_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    objection = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round"], name="appeal_once_a_round"),
            models.CheckConstraint(name="appeal_objection_together",
                                   condition=Q(objected_at=None, objected_by=None, objection="")
                                   | Q(objected_at__isnull=False, objected_by__isnull=False, objection__gt="")),
            models.CheckConstraint(name="appeal_final_after_objection",
                                   condition=~Q(status__in=["second", "final"]) | Q(objected_at__isnull=False)),
            models.CheckConstraint(name="appeal_due_after_it_was_raised", condition=Q(due_at__gt=F("at"))),
        ]
        indexes = [models.Index(fields=["due_at"], name="appeal_waiting", condition=Q(status__in=["first", "second"]))]
        triggers = [
            pgtrigger.Trigger(name="appeal_is_frozen", when=pgtrigger.Before, operation=pgtrigger.Update,
                              func=GROUNDS_ARE_FROZEN),
            pgtrigger.Protect(name="appeal_never_deleted", operation=pgtrigger.Delete),
        ]

    @property
    def is_open(self):
        return self.status in self.OPEN

    def decision_in_force(self):
        """The last review, or None."""
        return max(self.reviews.all(), key=lambda review: review.is_final, default=None)

    def last_result(self):
        """What counts after the reviews; the first result stays beside it."""
        review = self.decision_in_force()
        return review.result if review and review.decision == AppealReview.Decision.CHANGED else self.result


class AppealReview(models.Model):
    class Decision(models.TextChoices):
        UPHELD = "upheld", _("The result stands")
        CHANGED = "changed", _("The result is changed")
        EXCLUDED = "excluded", _("Excluded from assessment")

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="reviews")
    is_final = models.BooleanField()
    decision = models.CharField(max_length=8, choices=Decision)
    result = models.CharField(max_length=20, choices=Outcome, blank=True)  # into which it is changed
    words = models.CharField(max_length=1000)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    second_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # who proposed an exclusion
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "is_final"], name="appeal_review_each_once"),
            models.CheckConstraint(name="appeal_review_says_what_it_is_changed_to",
                                   condition=Q(decision="changed", result__gt="") | ~Q(decision="changed") & Q(result="")),
            models.CheckConstraint(name="appeal_exclusion_by_two",
                                   condition=~Q(decision="excluded") | Q(second_by__isnull=False) & ~Q(second_by=F("by"))),
        ]
        triggers = [
            pgtrigger.Trigger(name="appeal_final_by_another", when=pgtrigger.Before, operation=pgtrigger.Insert,
                              func=FINAL_BY_ANOTHER),
            pgtrigger.Protect(name="appeal_review_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
