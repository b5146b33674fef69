"""Tokens for programs: POST name and password, get a key for twelve hours; DELETE ends it."""

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, second_factor, sign_in, tokens
from accounts.access import EVERYBODY
from accounts.instant import database_now
from accounts.passwords import LONGEST


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.ExpiringTokenAuthentication"
    name = "expiringToken"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "The key that POST /api/v1/token/ returns."}


class TokenToEnd(tokens.ExpiringTokenAuthentication):
    """Who asks for a new token may still be sending the old one, which has expired."""

    def authenticate(self, request):
        return None if request.method == "POST" else super().authenticate(request)


class TokenRequestSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=LONGEST, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(max_length=20, required=False, write_only=True)

    def validate(self, attrs):
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: [_("This field is not known.")] for name in unknown})
        return attrs


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class TokenView(APIView):
    audience = EVERYBODY
    authentication_classes = [TokenToEnd]
    permission_classes = []

    @extend_schema(
        operation_id="token_create",
        tags=["token"],
        auth=[],
        request=TokenRequestSerializer,
        responses={
            200: TokenSerializer,
            400: OpenApiResponse(description="A field is missing or unknown."),
            401: OpenApiResponse(description="Wrong name, password or one-time code."),
            403: OpenApiResponse(description="The account must first be completed on the web page."),
            429: OpenApiResponse(description="Five wrong tries: locked for a quarter of an hour."),
        },
    )
    def post(self, request):
        """Exchange name, password and, where there is one, a one-time code for a token."""
        asked = TokenRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        now = database_now()
        user = prove(request._request, now=now, **asked.validated_data)
        key, token = tokens.issue(user=user, now=now)
        audit.record("LOGIN", user=user, now=now, request=request, what="token")
        return Response(TokenSerializer({"token": key, "expires_at": token.expires_at}).data, status.HTTP_200_OK)

    @extend_schema(
        operation_id="token_revoke",
        tags=["token"],
        auth=[{"expiringToken": []}],
        request=None,
        responses={204: None, 401: OpenApiResponse(description="No valid token was sent.")},
    )
    def delete(self, request):
        """End the token that this request is made with."""
        if request.auth is None:
            raise NotAuthenticated
        now = database_now()
        tokens.revoke(request.auth, now=now)
        audit.record("LOGOUT", user=request.user, now=now, request=request, what="token")
        return Response(status=status.HTTP_204_NO_CONTENT)


def prove(request, *, username, password, now, otp=""):
    """The person, after the same tries and locks as on the log-in page."""
    try:
        user = sign_in.check_password(request, username=username, password=password, now=now)
        if second_factor.device_of(user) is not None:
            if not otp:
                raise AuthenticationFailed(_("A one-time code is needed as well."), code="otp_required")
            sign_in.check_code(request, user, code=otp, now=now)
        elif second_factor.is_required(user):
            raise PermissionDenied(_("Sign in on the web page first and set up the one-time codes."))
    except sign_in.WrongCredentials:
        raise AuthenticationFailed(_("The log-in name, the password or the code is wrong.")) from None
    except sign_in.LockedOut:
        wait = int(settings.AXES_COOLOFF_TIME * 3600)
        raise Throttled(wait=wait, detail=_("Too many wrong tries.")) from None
    if user.must_change_password:
        raise PermissionDenied(_("Sign in on the web page first and choose a password of your own."))
    AxesProxyHandler.reset_attempts(username=user.username, ip_address=request.META.get("REMOTE_ADDR"))
    return user
