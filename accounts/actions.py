"""Everything that changes an account, a role or the roster. Each leaves an entry in the audit log."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, roster, second_factor, tokens
from accounts.models import DutyShift, Membership, Unit, User
from accounts.passwords import random_password


class OwnAccount(Exception):
    """Nobody changes his own roles, nor locks himself out."""


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _note(by: User | None, now: datetime, request, user: User, what: str, **data) -> None:
    audit.record("CONFIG", user=by, now=now, request=request, what=f"user {user.username}", reason=what, **data)


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    by: User | None,
    now: datetime,
    phone: str = "",
    language: str = User.Language.CHINESE,
    request=None,
) -> tuple[User, str]:
    """The account, and its first password, which its owner must change at once. `by` is None on the command line."""
    password = random_password()
    user = User(username=username, display_name=display_name, phone=phone, language=language, must_change_password=True)
    user.set_password(password)
    user.full_clean()
    user.save()
    _note(by, now, request, user, "created")
    return user, password


@transaction.atomic
def grant(user: User, unit: Unit, role: str, *, by: User | None, now: datetime, request=None) -> Membership:
    """Raises ValidationError (on "role") for a forbidden combination."""
    if by == user:
        raise OwnAccount
    row = _locked(user)
    membership = Membership(user=user, unit=unit, role=role)
    membership.full_clean()
    membership.save()
    user.forget_roles()
    if second_factor.is_required(user) and second_factor.device_of(user) is None:
        _end_sessions(row, now=now)  # the next sign-in asks for the second factor that this role needs
    _note(by, now, request, user, "role granted", role=str(role), unit=unit.code)
    return membership


@transaction.atomic
def revoke(membership: Membership, *, by: User, now: datetime, request=None) -> None:
    user = membership.user
    if by == user:
        raise OwnAccount
    _locked(user)
    _note(by, now, request, user, "role revoked", role=membership.role, unit=membership.unit.code)
    membership.delete()
    user.forget_roles()


def _end_sessions(user: User, *, now: datetime) -> None:
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    tokens.revoke_all(user=user, now=now)


@transaction.atomic
def change_password(user: User, *, password: str, now: datetime, request=None) -> User:
    """His own doing. All other sessions end with the old password, and so do the tokens."""
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = now
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    tokens.revoke_all(user=user, now=now)
    _note(user, now, request, user, "password changed")
    return user


@transaction.atomic
def reset_password(user: User, *, by: User, now: datetime, request=None) -> str:
    """A new first password; the second factor stays."""
    if by == user:
        raise OwnAccount
    user = _locked(user)
    password = random_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _end_sessions(user, now=now)
    _note(by, now, request, user, "password reset")
    return password


@transaction.atomic
def deactivate(user: User, *, by: User, now: datetime, request=None) -> User:
    """Signs the person out everywhere, for good; what he did stays under his name."""
    if by == user:
        raise OwnAccount
    user = _locked(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user, now=now)
    _note(by, now, request, user, "deactivated")
    return user


@transaction.atomic
def reactivate(user: User, *, by: User, now: datetime, request=None) -> User:
    if user.is_system:
        raise ValidationError(_("Nobody signs in as the system."))
    user = _locked(user)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _note(by, now, request, user, "reactivated")
    return user


@transaction.atomic
def sign_out_everywhere(user: User, *, now: datetime, request=None) -> User:
    """All sessions of this person but the one that the caller refreshes."""
    _end_sessions(user, now=now)
    _note(user, now, request, user, "signed out everywhere")
    return user


@transaction.atomic
def add_shift(
    *, kind: str, unit: Unit, user: User, starts_at: datetime, ends_at: datetime, by: User, now: datetime, request=None
) -> DutyShift:
    """Raises ValidationError where the person may not do this duty, or has it already at that time."""
    _locked(user)
    shift = DutyShift(kind=kind, unit=unit, user=user, starts_at=starts_at, ends_at=ends_at)
    shift.full_clean()
    shift.save()
    _note(by, now, request, user, "duty added", duty=kind, unit=unit.code, starts_at=starts_at.isoformat())
    roster.forget_leading_shifts()
    return shift


@transaction.atomic
def remove_shift(shift: DutyShift, *, by: User, now: datetime, request=None) -> None:
    data = {"duty": shift.kind, "unit": shift.unit.code, "starts_at": shift.starts_at.isoformat()}
    _note(by, now, request, shift.user, "duty removed", **data)
    shift.delete()
    roster.forget_leading_shifts()
