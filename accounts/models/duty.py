from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit
from accounts.models.users import User
from accounts.roles import UNIT_ROLES, Role


class DutyKind(models.TextChoices):
    DUTY_LEADER = "duty_leader", _("Duty leader")
    SHIFT_LEADER = "shift_leader", _("Shift leader")
    UNIT_DUTY = "unit_duty", _("Unit duty person")


class DutyShiftQuerySet(models.QuerySet):
    def covering(self, now):
        """A shift holds at its first instant and no longer at its last."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def overlapping(self, start, end):
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class DutyShift(models.Model):
    kind = models.CharField(_("kind"), max_length=20, choices=DutyKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duty_shifts", verbose_name=_("unit"))
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_shifts", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty shifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="duty_shift_starts_before_it_ends",
                violation_error_message=_("A shift ends after it starts."),
            ),
            models.CheckConstraint(condition=Q(kind__in=DutyKind.values), name="duty_shift_kind_known"),
        ]
        indexes = [models.Index(fields=["kind", "unit", "ends_at"], name="duty_shift_lookup")]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.unit} · {self.user}"

    def clean(self):
        if not (self.kind and self.unit_id and self.user_id and self.starts_at and self.ends_at):
            return
        duty_roles = {DutyKind.DUTY_LEADER: {Role.DL}, DutyKind.SHIFT_LEADER: {Role.OPS}}
        fits = (
            self.user.has_role(*duty_roles[DutyKind(self.kind)])
            if self.kind in duty_roles
            else self.user.covers(self.unit, *UNIT_ROLES)
        )
        if not fits or not self.user.is_active:
            raise ValidationError({"user": _("This person does not hold the role that this duty needs.")})
        same = DutyShift.objects.filter(kind=self.kind, unit_id=self.unit_id, user_id=self.user_id).exclude(pk=self.pk)
        if same.overlapping(self.starts_at, self.ends_at).exists():
            raise ValidationError({"starts_at": _("This person has this duty already at that time.")})
