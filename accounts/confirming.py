"""What cannot be undone says what follows before it is done.

Such a form carries an empty field `understood`. With JavaScript a dialogue asks and fills it in (static/js/confirm.js);
without, the post comes here and the question is a page of its own. Who posts without the field at all is a program.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FIELD = "understood"
NEVER_SENT_ON = {FIELD, "csrfmiddlewaretoken"}


def question(request: HttpRequest, consequence: str, *, action: str) -> HttpResponse | None:
    """The page that asks, with everything that was typed; None when there is nothing to ask."""
    if request.method != "POST" or request.POST.get(FIELD) != "" or not consequence:
        return None
    typed = [(name, value) for name, values in request.POST.lists() if name not in NEVER_SENT_ON for value in values]
    back = urlsplit(request.META.get("HTTP_REFERER", "")).path or "/"
    context = {"consequence": consequence, "action": action, "typed": typed, "back": back}
    return render(request, "confirm.html", context)


def asks_first(consequence: str, action: str) -> Callable:
    """Below the audience of a view: first who may, then whether he is sure."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def asking(request, *args, **kwargs):
            return question(request, consequence, action=action) or view(request, *args, **kwargs)

        return asking

    return decorate
