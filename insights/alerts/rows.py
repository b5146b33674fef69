"""What early warning keeps: warnings with the figures they were given for, broadcast answers, memos to units."""
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from insights.ranking.rows import Decided

FACTS = "kind, at, since, until, count, people, before, weekday, code, matter, area_id, words, place, centre_id"
FACTS_STAY = f"""
    IF ({", ".join(f"NEW.{name}" for name in FACTS.split(", "))}) IS DISTINCT FROM
       ({", ".join(f"OLD.{name}" for name in FACTS.split(", "))}) THEN
        RAISE EXCEPTION 'warning %: what it was given for stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
DECIDED_STAYS = """
    IF OLD.status <> 'open' OR (NEW.alert_id, NEW.text, NEW.by_id, NEW.at) IS DISTINCT FROM
       (OLD.alert_id, OLD.text, OLD.by_id, OLD.at) THEN
        RAISE EXCEPTION 'broadcast %: what was asked and decided stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
LEFT_OUT = """
    IF (NEW.alert_id, NEW.ticket_id, NEW.at) IS DISTINCT FROM (OLD.alert_id, OLD.ticket_id, OLD.at) THEN
        RAISE EXCEPTION 'ticket % of a warning: that it was found stays', OLD.ticket_id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.is_out = OLD.is_out THEN
        IF (NEW.judged_by_id, NEW.judged_at) IS DISTINCT FROM (OLD.judged_by_id, OLD.judged_at) THEN
            RAISE EXCEPTION 'ticket % of a warning: who left it out stays', OLD.ticket_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM insights_alert a WHERE a.id = OLD.alert_id AND (a.status NOT IN ('open', 'taken_up')
               OR NEW.is_out AND a.merge_asked_at >= COALESCE(OLD.judged_at, OLD.at)))
       OR NEW.is_out AND EXISTS (SELECT FROM insights_broadcastto t JOIN insights_broadcast b ON b.id = t.broadcast_id
                                 WHERE b.alert_id = OLD.alert_id AND t.ticket_id = OLD.ticket_id) THEN
        RAISE EXCEPTION 'ticket % of a warning: answered, merged or ended', OLD.ticket_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
ANSWERED_IS_IN = """
    IF NOT EXISTS (SELECT FROM insights_alertticket l JOIN insights_broadcast b ON b.alert_id = l.alert_id
                   WHERE b.id = NEW.broadcast_id AND l.ticket_id = NEW.ticket_id AND NOT l.is_out) THEN
        RAISE EXCEPTION 'ticket % is not of this warning', NEW.ticket_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
SENT_STAYS = """
    IF OLD.status <> 'drafted' AND (NEW.unit_id, NEW.title, NEW.text, NEW.due_at, NEW.alert_id) IS DISTINCT FROM
       (OLD.unit_id, OLD.title, OLD.text, OLD.due_at, OLD.alert_id) THEN
        RAISE EXCEPTION 'memo %: what was sent stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Alert(models.Model):
    """预警: what was found at an instant. Its figures stay as they were then; tickets that belong to it go on being added."""

    class Kind(models.TextChoices):
        SURGE = "surge", _("Surge")
        CLUSTER = "cluster", _("Many people, one matter")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("early warning", "Open")
        TAKEN_UP = "taken_up", _("Taken up")
        FALSE_ALARM = "false_alarm", _("False alarm")
        OVER = "over", pgettext_lazy("early warning", "Over")

    kind = models.CharField(max_length=7, choices=Kind)
    at = models.DateTimeField()
    since = models.DateTimeField()  # the window: of a surge after this instant, of a cluster from its first report on
    until = models.DateTimeField()
    count = models.PositiveIntegerField()  # tickets
    people = models.PositiveIntegerField()
    before = models.PositiveIntegerField(null=True)  # of a surge: in the window before, and seven days ago
    weekday = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=6, blank=True)  # of a category: six digits, or four of its group
    matter = models.CharField(max_length=90, blank=True)  # its name then
    area = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")  # a street; none: the whole district
    words = ArrayField(models.CharField(max_length=60), default=list)
    place = models.CharField(max_length=40, blank=True)
    centre = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="+", db_index=False)
    live_until = models.DateTimeField()  # until then what is found of the same is added and is no new warning
    status = models.CharField(max_length=11, choices=Status, default=Status.OPEN)
    taken_up_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    taken_up_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    merge_asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    merge_asked_at = models.DateTimeField(null=True)
    briefing = models.TextField(blank=True)
    tickets = models.ManyToManyField("tickets.Ticket", through="AlertTicket", related_name="+")  # those left out, too

    class Meta:
        constraints = [
            models.CheckConstraint(name="alert_window", condition=Q(since__lte=F("until"), until__lte=F("at"))),
            models.CheckConstraint(name="alert_kind_says_what", condition=Q(
                kind="surge", before__isnull=False, weekday__isnull=False, code__gt="", centre=None) | Q(
                kind="cluster", before=None, weekday=None, centre__isnull=False)),
            models.CheckConstraint(name="alert_ended_together", condition=Q(
                status__in=("open", "taken_up"), ended_by=None, ended_at=None) | Q(
                status__in=("false_alarm", "over"), ended_by__isnull=False, ended_at__isnull=False)),
            models.CheckConstraint(name="alert_false_alarm_has_a_reason", condition=~Q(status="false_alarm") | ~Q(reason="")),
            models.CheckConstraint(name="alert_taken_up_by_somebody", condition=~Q(status="taken_up") | Q(
                taken_up_by__isnull=False, taken_up_at__isnull=False)),
            models.UniqueConstraint(fields=["kind", "code", "area", "until"], name="alert_surge_once",
                                    condition=Q(kind="surge"), nulls_distinct=False),
            models.UniqueConstraint(fields=["centre", "until"], name="alert_cluster_once", condition=Q(kind="cluster")),
        ]
        indexes = [models.Index(fields=["-live_until"], name="alert_live"),
                   models.Index(fields=["-at", "-id"], name="alert_newest")]
        triggers = [
            pgtrigger.Trigger(name="alert_facts_stay", when=pgtrigger.Before, operation=pgtrigger.Update, func=FACTS_STAY),
            pgtrigger.Protect(name="alert_never_deleted", operation=pgtrigger.Delete),
        ]


class AlertTicket(models.Model):
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="links", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="+")
    at = models.DateTimeField()  # the same as the warning's: it was warned of this one
    is_out = models.BooleanField(default=False)  # somebody left it out: it was found, and is another matter
    judged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)  # when it was left out, or taken in again

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "ticket"], name="alert_ticket_once"),
            models.CheckConstraint(name="alert_ticket_judged_together", condition=Q(
                is_out=False, judged_by=None, judged_at=None) | Q(judged_by__isnull=False, judged_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Trigger(name="alert_ticket_left_out", when=pgtrigger.Before, operation=pgtrigger.Update, func=LEFT_OUT),
            pgtrigger.Protect(name="alert_ticket_never_deleted", operation=pgtrigger.Delete),
        ]


class Broadcast(Decided):
    """统一答复: one answer to all who reported it, written by one person and released by another."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="broadcasts")
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [*Decided.rules("broadcast"),
                       models.UniqueConstraint(fields=["alert"], condition=Q(status="open"), name="broadcast_one_open")]
        triggers = [
            pgtrigger.Trigger(name="broadcast_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=DECIDED_STAYS),
            pgtrigger.Protect(name="broadcast_never_deleted", operation=pgtrigger.Delete),
        ]


class BroadcastTo(models.Model):
    class Result(models.TextChoices):
        WAITING = "waiting", _("Waits to be sent")
        TOLD = "told", _("Text message queued")
        NO_PHONE = "no_phone", _("No number to write to")
        SAME_CALLER = "same_caller", _("Told with another ticket")
        NOT_NOW = "not_now", _("Confidential, or not a matter any more")

    broadcast = models.ForeignKey(Broadcast, models.PROTECT, related_name="to", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="+")
    result = models.CharField(max_length=11, choices=Result, default=Result.WAITING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["broadcast", "ticket"], name="broadcast_to_once")]
        indexes = [models.Index(fields=["id"], name="broadcast_waiting", condition=Q(result="waiting"))]
        triggers = [pgtrigger.Trigger(name="broadcast_to_who_is_in", when=pgtrigger.Before, operation=pgtrigger.Insert,
                                      func=ANSWERED_IS_IN)]


class Memo(models.Model):
    """治理建议: what a unit should change so that a matter does not come back."""

    class Status(models.TextChoices):
        DRAFTED = "drafted", pgettext_lazy("memo", "Drafted")
        SENT = "sent", pgettext_lazy("memo", "Sent")
        ANSWERED = "answered", pgettext_lazy("memo", "Answered")
        CLOSED = "closed", pgettext_lazy("memo", "Closed")

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="memos")
    title = models.CharField(max_length=60)
    text = models.CharField(max_length=2000)
    due_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFTED)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField(null=True)
    adopted = models.BooleanField(null=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=500, blank=True)  # what became of it
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    tickets = models.ManyToManyField("tickets.Ticket", related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="memo_sent_together", condition=Q(
                status="drafted", sent_by=None, sent_at=None) | ~Q(status="drafted") & Q(
                sent_by__isnull=False, sent_at__isnull=False)),
            models.CheckConstraint(name="memo_answered_together", condition=Q(
                status__in=("drafted", "sent"), answered_by=None, answered_at=None, answer="", adopted=None) | Q(
                status__in=("answered", "closed"), answered_by__isnull=False, answered_at__isnull=False, answer__gt="",
                adopted__isnull=False)),
            models.CheckConstraint(name="memo_closed_together", condition=Q(
                status="closed", closed_by__isnull=False, closed_at__isnull=False) | ~Q(status="closed") & Q(
                closed_by=None, closed_at=None, ending="")),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="memo_newest")]
        triggers = [
            pgtrigger.Trigger(name="memo_sent_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=SENT_STAYS),
            pgtrigger.Protect(name="memo_never_deleted", operation=pgtrigger.Delete),
        ]
