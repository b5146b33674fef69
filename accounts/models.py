"""People, units, the roles people hold in units, duty shifts, API tokens and the audit log."""

import unicodedata
from functools import cached_property

import pgtrigger
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.instant import DATABASE_CLOCK
from accounts.privacy import EncryptedTextField
from accounts.roles import UNIT_ROLES, Role, conflict

SYSTEM_USERNAME = "system"


def normalise_username(text: str) -> str:
    """One spelling a person: full-width and upper-case letters are the same log-in."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class UnitKind(models.TextChoices):
    DISTRICT = "district", _("District government")
    HOTLINE = "hotline", _("Hotline centre")
    HOTLINE_TEAM = "hotline_team", _("Hotline team")
    DEPARTMENT = "department", _("Department")
    SECTION = "section", _("Section")
    TASK_FORCE = "task_force", _("Task force")
    STREET = "street", _("Street office")
    TOWN = "town", _("Town government")
    COMMUNITY = "community", _("Community")
    VILLAGE = "village", _("Village")
    UTILITY = "utility", _("Public utility")
    EMERGENCY = "emergency", _("Emergency service")
    HOSPITAL = "hospital", _("Hospital")


class OutOfHoursMode(models.TextChoices):
    DUTY = "duty", _("The unit's own duty person")
    PARENT = "parent", _("The duty person of the unit above")


class UnitQuerySet(models.QuerySet):
    def under(self, unit):
        """The unit and everything below it."""
        return self.filter(path__startswith=unit.path)

    def receivers(self):
        return self.filter(is_active=True, can_receive=True)


class Unit(models.Model):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    level = models.PositiveSmallIntegerField(_("level"), default=0, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    path = models.CharField(_("path"), max_length=200, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    can_receive = models.BooleanField(_("can receive tickets"), default=True)
    out_of_hours_mode = models.CharField(
        _("out of hours"), max_length=10, choices=OutOfHoursMode, default=OutOfHoursMode.DUTY
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(out_of_hours_mode__in=OutOfHoursMode.values), name="unit_mode_known"),
            models.CheckConstraint(condition=~Q(code__contains="/") & ~Q(code=""), name="unit_code_fits_path"),
        ]
        triggers = [
            # Data scope is a prefix of the path, so a path that lies about the tree would leak tickets.
            pgtrigger.Trigger(
                name="path_follows_tree",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.path <> COALESCE((SELECT path FROM accounts_unit WHERE id = NEW.parent_id), '/')
                                   || NEW.code || '/' THEN
                        RAISE EXCEPTION 'unit path % does not follow the tree', NEW.path
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        self.level = self.parent.level + 1 if self.parent else 0
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "path", "level"}
        super().save(*args, **kwargs)


class UserManager(BaseUserManager):
    use_in_migrations = False

    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, password=make_password(password), **fields)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username):
        return self.get(username=normalise_username(username))

    def system(self):
        """Who acts when nobody does: deemed receipts, automatic archiving, escalations."""
        user, _created = self.get_or_create(
            username=SYSTEM_USERNAME,
            defaults={"display_name": "系统", "is_active": False, "password": make_password(None)},
        )
        return user

    def people(self):
        """Accounts of human beings."""
        return self.exclude(username=SYSTEM_USERNAME)


class User(AbstractUser):
    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    first_name = None
    last_name = None
    email = None

    display_name = models.CharField(_("name"), max_length=30)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True)
    # Part of every session's fingerprint: adding one ends all sessions of this person at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    EMAIL_FIELD = None
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower(Func(F("username"), template="normalize(%(expressions)s, NFKC)")),
                name="user_username_once",
                violation_error_message=_("This log-in name is taken."),
            ),
            models.CheckConstraint(condition=Q(language__in=["zh-hans", "en"]), name="user_language_known"),
        ]

    def __str__(self):
        return self.display_name or self.username

    def clean(self):
        self.username = normalise_username(self.username)

    def save(self, *args, **kwargs):
        self.username = normalise_username(self.username)
        super().save(*args, **kwargs)

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    def get_session_auth_hash(self):
        return self._session_fingerprint(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self):
        return map(self._session_fingerprint, settings.SECRET_KEY_FALLBACKS)

    def _session_fingerprint(self, secret):
        seen = f"{self.session_epoch}:{self.password}"
        return salted_hmac("accounts.User.session", seen, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_system(self):
        return self.username == SYSTEM_USERNAME

    @cached_property
    def membership_list(self):
        return list(self.memberships.select_related("unit"))

    @cached_property
    def roles(self):
        return frozenset(membership.role for membership in self.membership_list)

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)

    def covers(self, unit, *roles):
        """Holds one of the roles in this unit or in a unit above it."""
        return any(m.role in roles and unit.path.startswith(m.unit.path) for m in self.membership_list)

    def unit_ids(self, *roles):
        """The very units in which one of the roles is held."""
        return sorted({m.unit_id for m in self.membership_list if m.role in roles})

    def unit_scope(self, *roles):
        """Those units and everything below them."""
        scopes = self.__dict__.setdefault("_unit_scopes", {})
        key = frozenset(roles)
        if key not in scopes:
            paths = {m.unit.path for m in self.membership_list if m.role in key}
            below = Q(*[("path__startswith", path) for path in sorted(paths)], _connector=Q.OR)
            scopes[key] = list(Unit.objects.filter(below).order_by("id").values_list("id", flat=True)) if paths else []
        return scopes[key]


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
            self.user.has_role(*duty_roles[self.kind])
            if self.kind in duty_roles
            else self.user.covers(self.unit, *UNIT_ROLES)
        )
        if not fits or not self.user.is_active:
            raise ValidationError({"user": _("This person does not hold the role that this duty needs.")})
        same = DutyShift.objects.filter(kind=self.kind, unit_id=self.unit_id, user_id=self.user_id).exclude(pk=self.pk)
        if same.overlapping(self.starts_at, self.ends_at).exists():
            raise ValidationError({"starts_at": _("This person has this duty already at that time.")})


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
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

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
