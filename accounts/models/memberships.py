import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit
from accounts.models.users import User
from accounts.roles import Role, conflict


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=3, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                name="membership_once",
                violation_error_message=_("This person already holds this role in this unit."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="membership_unit_role")]
        triggers = [
            # Two grants at the same moment see each other's row only because the person is locked first.
            # NO KEY UPDATE, since rows that merely point to the person hold KEY SHARE on it.
            pgtrigger.Trigger(
                name="forbidden_roles",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT 1 FROM accounts_membership AS held
                        WHERE held.user_id = NEW.user_id AND held.id <> NEW.id AND held.role <> NEW.role
                          AND (held.role IN ('AD', 'AU') OR NEW.role IN ('AD', 'AU'))
                    ) THEN
                        RAISE EXCEPTION 'AD and AU may not be combined with another role'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_forbidden_roles';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.unit}"

    def clean(self):
        if self.user_id is None or not self.role:
            return
        others = Membership.objects.filter(user_id=self.user_id).exclude(pk=self.pk)
        lone = conflict({self.role, *others.values_list("role", flat=True)})
        if lone:
            raise ValidationError(
                {
                    "role": ValidationError(
                        _("%(role)s cannot be combined with any other role."),
                        code="forbidden_combination",
                        params={"role": Role(lone).label},
                    )
                }
            )
