"""One-time passwords (TOTP) and recovery codes."""

import base64
import io
import re
import secrets
from datetime import datetime

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit
from accounts.models import User
from accounts.passwords import ALPHABET
from accounts.privacy import keyed_hash

RECOVERY_CODES = 10
DEVICE_NAME = "TOTP"


def is_required(user: User) -> bool:
    return user.has_role(*settings.TOTP_ROLES)


def device_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def waiting_device(user: User) -> TOTPDevice | None:
    """Shown as a picture, but no code from it has come yet."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


@transaction.atomic
def begin(user: User) -> TOTPDevice:
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name=DEVICE_NAME, confirmed=False)


@transaction.atomic
def confirm(user: User, *, code: str, now: datetime, request=None) -> list[str] | None:
    """The recovery codes, to be shown this once; None when the code is wrong."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not _is_totp(code) or not device.verify_token(code):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    StaticDevice.objects.filter(user=user).delete()
    recovery = StaticDevice.objects.create(user=user, name="recovery")
    codes = [_new_recovery_code() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=recovery, token=_stored(code)) for code in codes)
    audit.record("CONFIG", user=user, now=now, request=request, what="second factor", reason="enrolled")
    return codes


@transaction.atomic
def verify(user: User, code: str) -> Device | None:
    """The device that accepts this code. A code works once: the device row is locked while it is looked at."""
    if _is_totp(code):
        device, submitted = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first(), code
    else:
        device, submitted = StaticDevice.objects.select_for_update().filter(user=user).first(), _stored(code)
    return device if device is not None and device.verify_token(submitted) else None


@transaction.atomic
def remove(user: User, *, by: User, now: datetime, request=None) -> None:
    """For somebody who lost the phone and the recovery codes."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    what = f"user {user.username}"
    audit.record("CONFIG", user=by, now=now, request=request, what=what, reason="second factor removed")


def picture(device: TOTPDevice) -> str:
    """The QR code as a data: address for <img src>."""
    canvas = io.BytesIO()
    qrcode.make(device.config_url, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=8).save(canvas)
    return "data:image/svg+xml;base64," + base64.b64encode(canvas.getvalue()).decode("ascii")


def secret(device: TOTPDevice) -> str:
    """What to type where no camera is at hand."""
    return base64.b32encode(device.bin_key).decode("ascii").rstrip("=")


def _is_totp(code: str) -> bool:
    return re.fullmatch(r"[0-9]{6}", code) is not None


def _new_recovery_code() -> str:
    text = "".join(secrets.choice(ALPHABET) for _place in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _stored(code: str) -> str:
    # The library keeps codes as they are; a keyed digest in their place is of no use to who reads the table.
    return keyed_hash(f"recovery code {re.sub('[^a-z0-9]', '', code.casefold())}")[:16]
