"""Ends sessions that nobody sits in front of, and writes down who was refused."""

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied

from accounts import audit, sessions
from accounts.instant import database_now, machine_now

# A page that looks for news by itself says so with this header, and does not keep an empty chair signed in.
BACKGROUND = "X-Background"


class IdleLogoutMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = machine_now()
            if sessions.is_over(request.session, now=now):
                self.note(request)
                logout(request)
            elif BACKGROUND not in request.headers:
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
        if isinstance(exception, PermissionDenied) and request.user.is_authenticated:
            what = f"{request.method} {request.path}"[:300]
            audit.record("DENIED", user=request.user, now=database_now(), request=request, what=what, result="refused")
