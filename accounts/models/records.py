import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.instant import DATABASE_CLOCK
from accounts.models.users import User


class AuditEntry(models.Model):
    at = models.DateTimeField(_("at"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="audit_entries", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=30)
    ticket_no = models.CharField(_("ticket number"), max_length=40, blank=True, default="")
    what = models.CharField(_("what"), max_length=300, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    result = models.CharField(_("result"), max_length=60, default="ok")
    ip = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["user", "-at"], name="audit_by_user"),
            models.Index(fields=["ticket_no", "at"], name="audit_by_ticket", condition=~Q(ticket_no="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(name="never_emptied", level=pgtrigger.Statement, when=pgtrigger.Before,
                              operation=pgtrigger.Truncate, func="RAISE EXCEPTION 'the audit log is never emptied';"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.what}"


class ExpiringTokenQuerySet(models.QuerySet):
    def live(self):
        return self.filter(revoked_at=None, expires_at__gt=DATABASE_CLOCK, user__is_active=True)


class ExpiringToken(models.Model):
    # Only a digest is kept: who reads this table cannot use what it holds.
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ExpiringTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires_after_creation"),
        ]

    def __str__(self):
        return f"{self.user} {self.created_at:%Y-%m-%d %H:%M}"
