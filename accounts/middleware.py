"""Ends sessions that nobody sits in front of, and writes down who was refused."""

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from accounts import audit, sessions
from accounts.instant import database_now, machine_now

# A page that looks for news by itself says so with this header, and does not keep an empty chair signed in.
BACKGROUND = "X-Background"
STREAM = "text/event-stream"  # neither does a stream, which a browser opens without headers of ours


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Chinese unless somebody chose otherwise: a browser installed in English is no choice. Programs say theirs."""

    def process_request(self, request):
        if request.path.startswith("/api/"):
            super().process_request(request)
            return
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class IdleLogoutMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = machine_now()
            if sessions.is_over(request.session, now=now):
                self.note(request)
                logout(request)
            elif BACKGROUND not in request.headers and request.headers.get("Accept") != STREAM:
                sessions.note_seen(request.session, now=now)
        return self.get_response(request)

    def note(self, request):
        audit.record("LOGOUT", user=request.user, now=database_now(), request=request, what="session", reason="idle")


class RefusalAuditMiddleware:
    """A page refused to somebody who is signed in leaves an entry in the audit log."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        known = getattr(exception, "is_on_record", False)  # by tickets.doors, with the ticket and the step
        if isinstance(exception, PermissionDenied) and request.user.is_authenticated and not known:
            what = f"{request.method} {request.path}"[:300]
            audit.record("DENIED", user=request.user, now=database_now(), request=request, what=what, result="refused")
