import unicodedata
from functools import cached_property

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit
from accounts.privacy import EncryptedTextField

SYSTEM_USERNAME = "system"


def normalise_username(text: str) -> str:
    """One spelling a person: full-width and upper-case letters are the same log-in."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


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

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]

    display_name = models.CharField(_("name"), max_length=30)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True)
    # Roles whose first-run guide was put away. Here and not in a table of its own: every page knows it without a query.
    guides_done = ArrayField(models.CharField(max_length=3), default=list, blank=True, editable=False)
    # Part of every session's fingerprint: adding one ends all sessions of this person at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    EMAIL_FIELD = None  # type: ignore[assignment]
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()  # type: ignore[assignment]

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

    def forget_roles(self):
        """After a grant or a revocation, for who goes on with this very object."""
        for name in ("membership_list", "roles", "_unit_scopes"):
            self.__dict__.pop(name, None)

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)

    def covers(self, unit, *roles):
        """Holds one of the roles in this unit or in a unit above it."""
        return any(m.role in roles and unit.path.startswith(m.unit.path) for m in self.membership_list)

    def unit_ids(self, *roles):
        """The very units in which one of the roles is held."""
        return sorted({m.unit_id for m in self.membership_list if m.role in roles})

    def unit_scope(self, *roles):
        """Those units and everything below them; asked once, whichever roles lead to the same units."""
        scopes = self.__dict__.setdefault("_unit_scopes", {})
        paths = frozenset(m.unit.path for m in self.membership_list if m.role in roles)
        if paths not in scopes:
            below = Q(*[("path__startswith", path) for path in sorted(paths)], _connector=Q.OR)
            scopes[paths] = list(Unit.objects.filter(below).order_by("id").values_list("id", flat=True)) if paths else []
        return scopes[paths]
