"""Rules that hold for a time, half-open, and say who asked for them and why: what such a row has and when it counts."""
from django.db import models
from django.db.models import F, Q


class TimedQuerySet(models.QuerySet):
    def at(self, moment):
        """Those that count at an instant."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)


class TimedRule(models.Model):
    """`str_in_log` names the rule in the audit log."""

    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)  # half-open
    owner = models.CharField(max_length=60)  # who asked for the rule
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def str_in_log(self):
        raise NotImplementedError

    def may_end(self, now):
        return self.valid_to is None or self.valid_to > now


def constraints(name):
    """That a rule begins before it ends, and that whoever ended it is known."""
    return [
        models.CheckConstraint(name=f"{name}_begins_before_it_ends",
                               condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))),
        models.CheckConstraint(name=f"{name}_ended_by_somebody",
                               condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False)),
    ]
