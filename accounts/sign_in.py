"""Signing in, step by step: password, then one-time code where there is one, then a new password where one is due.

Until the last step is done the session belongs to nobody; what was proved so far waits in it for ten minutes.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate, login
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django_otp import login as otp_login
from django_otp.models import Device

from accounts import audit, second_factor
from accounts.models import User, normalise_username

WAITING = "sign_in"
WAITS = timedelta(minutes=10)
BACKEND = "django.contrib.auth.backends.ModelBackend"

CODE, ENROL, NEW_PASSWORD = "code", "enrol", "new_password"


class WrongCredentials(Exception):
    """One answer for an unknown name, a wrong password and a switched-off account."""


class LockedOut(Exception):
    """Five wrong tries for this name from this address in fifteen minutes."""


class NobodyWaits(Exception):
    """Nobody is at this step of the sign-in, or not any more."""


@dataclass(frozen=True)
class Waiting:
    user_id: int
    fingerprint: str
    since: float
    next_url: str
    device_id: str = ""


def check_password(request: HttpRequest, *, username: str, password: str, now: datetime) -> User:
    name = normalise_username(username)
    user = authenticate(request, username=name, password=password)
    if user is None:
        _refuse(request, name, what="password", now=now)
    return user


def check_code(request: HttpRequest, user: User, *, code: str, now: datetime) -> Device:
    """Wrong codes count towards the same lock as wrong passwords."""
    credentials = {"username": user.username}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        _refuse(request, user.username, what="one-time code", now=now)
    device = second_factor.verify(user, code)
    if device is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        _refuse(request, user.username, what="one-time code", now=now)
    return device


def _refuse(request: HttpRequest, name: str, *, what: str, now: datetime) -> NoReturn:
    locked = getattr(request, "axes_locked_out", False)
    # Our own page says it; the library would put a bare one in its place.
    request.axes_locked_out = False  # type: ignore[attr-defined]
    # An unknown name is not written down: now and then it is a password typed in the wrong field.
    user = User.objects.filter(username=name).first()
    audit.record("LOGIN_FAILED", user=user, now=now, request=request, what=what, result="locked" if locked else "wrong")
    raise LockedOut if locked else WrongCredentials


def wait(request: HttpRequest, user: User, *, next_url: str, now: datetime) -> Waiting:
    """The password was right. Replaces the session, so that one planted before cannot ride along."""
    request.session.flush()
    waiting = Waiting(user.pk, user.get_session_auth_hash(), now.timestamp(), next_url)
    return _keep(request, waiting)


def passed(request: HttpRequest, waiting: Waiting, device: Device) -> Waiting:
    return _keep(request, Waiting(**(asdict(waiting) | {"device_id": device.persistent_id})))


def renewed(request: HttpRequest, waiting: Waiting, user: User) -> Waiting:
    """The password was changed on the way, and with it the fingerprint."""
    return _keep(request, Waiting(**(asdict(waiting) | {"fingerprint": user.get_session_auth_hash()})))


def _keep(request: HttpRequest, waiting: Waiting) -> Waiting:
    request.session[WAITING] = asdict(waiting)
    return waiting


def who_waits(request: HttpRequest, *, at: str, now: datetime) -> tuple[User, Waiting]:
    """Who has come as far as this step, and no further."""
    kept = request.session.get(WAITING)
    if kept is None or now.timestamp() - kept["since"] > WAITS.total_seconds():
        raise NobodyWaits
    user = User.objects.filter(pk=kept["user_id"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), kept["fingerprint"]):
        raise NobodyWaits
    waiting = Waiting(**kept)
    if next_step(user, waiting) != at:
        raise NobodyWaits
    return user, waiting


def next_step(user: User, waiting: Waiting) -> str | None:
    """The code comes before the new password: a reset must not get round the second factor."""
    if not waiting.device_id:
        if second_factor.device_of(user) is not None:
            return CODE
        if second_factor.is_required(user):
            return ENROL
    return NEW_PASSWORD if user.must_change_password else None


def finish(request: HttpRequest, user: User, waiting: Waiting, *, now: datetime) -> None:
    if next_step(user, waiting) is not None:
        raise PermissionError("A step of the sign-in is still open.")
    request.session.pop(WAITING, None)
    login(request, user, backend=BACKEND)
    if waiting.device_id:
        otp_login(request, Device.from_persistent_id(waiting.device_id))
    audit.record("LOGIN", user=user, now=now, request=request, what="session")
