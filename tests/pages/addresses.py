"""The product's addresses, and some that fail as pages may."""
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.urls import path

from accounts.access import public
from hotline.urls import *  # noqa: F403
from hotline.urls import urlpatterns as product


def failing(error):
    @public
    def fail(request):
        raise error

    return fail


urlpatterns = [
    path("fails/400/", failing(SuspiciousOperation("odd"))),
    path("fails/500/", failing(RuntimeError("broken"))),
    path("fails/503/", failing(OperationalError("gone"))),
    *product,
]
