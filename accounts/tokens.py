"""Tokens for the API: they expire after TOKEN_HOURS, can be revoked, and are kept as a digest."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ExpiringToken, User

SCHEMES = frozenset({b"token", b"bearer"})


def digest_of(key: str) -> str:
    # The key is 256 random bits, so a plain digest cannot be guessed backwards.
    return hashlib.sha256(key.encode()).hexdigest()


def issue(*, user: User, now: datetime) -> tuple[str, ExpiringToken]:
    """The key, which nobody will see again, and its row."""
    key = secrets.token_urlsafe(32)
    token = ExpiringToken.objects.create(
        digest=digest_of(key), user=user, created_at=now, expires_at=now + timedelta(hours=settings.TOKEN_HOURS)
    )
    return key, token


def revoke(token: ExpiringToken, *, now: datetime) -> None:
    ExpiringToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def revoke_all(*, user: User, now: datetime) -> int:
    return ExpiringToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


class ExpiringTokenAuthentication(BaseAuthentication):
    """`Authorization: Token <key>`, or Bearer."""

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in SCHEMES:
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("The token is invalid or has expired."))
        key = words[1].decode("utf-8", errors="replace")
        token = ExpiringToken.objects.live().select_related("user").filter(digest=digest_of(key)).first()
        if token is None:
            raise AuthenticationFailed(_("The token is invalid or has expired."))
        return token.user, token

    def authenticate_header(self, request):
        return 'Token realm="api"'
