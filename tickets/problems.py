"""Errors of the API as problem JSON (RFC 9457): what is wrong, in a sentence, and what a program needs to go on."""
from http import HTTPStatus

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions
from rest_framework.response import Response

from tickets import actions, intake, steps
from tickets.models import Ticket

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:problem-type:hotline:"
log = structlog.get_logger(__name__)

# slug of the type -> its title, the same for every occurrence
TITLES = {
    "malformed": gettext_noop("The request cannot be understood"),
    "unauthenticated": gettext_noop("Sign in first"),
    "forbidden": gettext_noop("Not your step"),
    "not-found": gettext_noop("Nothing here"),
    "method-not-allowed": gettext_noop("This address does not take this method"),
    "already-moved": gettext_noop("The ticket has moved on"),
    "too-large": gettext_noop("The body is too large"),
    "unsupported-media-type": gettext_noop("Send JSON"),
    "refused": gettext_noop("A rule forbids this now"),
    "invalid": gettext_noop("Some fields are not right"),
    "key-reused": gettext_noop("This idempotency key came with another body"),
    "event-reused": gettext_noop("This event came with another body"),
    "throttled": gettext_noop("Too many requests"),
    "failed": gettext_noop("The request failed"),
}
BY_STATUS = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method-not-allowed",
             409: "already-moved", 413: "too-large", 415: "unsupported-media-type", 422: "refused", 429: "throttled"}


class Malformed(Exception):
    """The body or the query is no sensible JSON for this address: 400, with the fields at fault."""

    def __init__(self, detail, errors=None):
        super().__init__(detail)
        self.detail, self.errors = detail, errors


class TooLarge(Exception):
    """The body is longer than any honest one: 413."""


def body_of(status, detail, *, slug=None, instance="", **extras):
    slug = slug or BY_STATUS.get(status, "failed")
    title = _(TITLES[slug]) if slug in TITLES else HTTPStatus(status).phrase
    return {"type": TYPE + slug, "title": title, "status": status, "detail": str(detail), "instance": instance} | extras


def answer(request, status, detail, **extras):
    """A problem from outside the API's own views."""
    problem = body_of(status, detail, instance=request.path, **extras)
    return JsonResponse(problem, status=status, content_type=CONTENT_TYPE)


def problem_handler(error, context):
    """The exception handler of all API views. None lets the error go on: the outage page, or a bug."""
    found = explain(error)
    if found is None:
        return None
    status, problem, headers = found
    return Response(problem | {"instance": context["request"].path}, status=status, headers=headers,
                    content_type=CONTENT_TYPE)


def explain(error):
    """(status, problem, headers) of an error, or None."""
    if isinstance(error, (OperationalError, InterfaceError)):
        return None  # hotline.outage answers 503
    for kind, say in EXPLANATIONS.items():
        if isinstance(error, kind):
            status, problem = say(error)
            return status, problem, {}
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return None


def _of_framework(error):
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None) is not None:
        headers["Retry-After"] = str(int(error.wait) + 1)
    if isinstance(error.detail, dict):  # of a serializer
        errors = {name: [str(sentence) for sentence in sentences] for name, sentences in error.detail.items()}
        return error.status_code, body_of(error.status_code, _("See “errors”."), errors=errors), headers
    detail = error.detail if isinstance(error.detail, str) else _("The request cannot be understood.")
    return error.status_code, body_of(error.status_code, detail), headers


def _moved(error):
    ticket = error.ticket
    detail = _("The ticket is now in another state or was changed meanwhile: read it again.")
    return 409, body_of(409, detail, state=ticket.state, version=ticket.version)


def _invalid(error):
    errors = {("body" if name == "__all__" else name): [str(sentence) for sentence in sentences]
              for name, sentences in error.form.errors.items()}
    return 422, body_of(422, _("See “errors”."), slug="invalid", errors=errors)


def _malformed(error):
    extras = {"errors": error.errors} if error.errors else {}
    return 400, body_of(400, error.detail, **extras)


EXPLANATIONS = {
    Malformed: _malformed,
    TooLarge: lambda error: (413, body_of(413, _("The body is longer than this address takes."))),
    RequestDataTooBig: lambda error: (413, body_of(413, _("The body is longer than this address takes."))),
    actions.AlreadyMoved: _moved,
    steps.Invalid: _invalid,
    actions.Refused: lambda error: (422, body_of(422, error)),
    intake.KeyReused: lambda error: (422, body_of(
        422, _("This Idempotency-Key was used before with another body; nothing was written."), slug="key-reused")),
    ValidationError: lambda error: (422, body_of(422, " ".join(error.messages))),
    PermissionDenied: lambda error: (403, body_of(403, _("Your roles do not allow this step on this ticket."))),
    (Http404, Ticket.DoesNotExist): lambda error: (404, body_of(404, _("There is no such ticket or address for you."))),
    SuspiciousOperation: lambda error: (400, body_of(400, _("The request cannot be understood."))),
}
