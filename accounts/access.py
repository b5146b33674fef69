"""Who may open a page. Every view says it; a system check refuses to start when one does not."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

from accounts.roles import Role

EVERYBODY = "everybody"
SIGNED_IN = "signed in"


class RoleNeeded(PermissionDenied):
    """The page belongs to these roles; the error page names them."""

    def __init__(self, *roles: str):
        super().__init__(*roles)
        self.roles = roles


def audience(*roles: str) -> Callable:
    """Only people who hold one of these roles; 403 for everybody else."""
    if not roles:
        raise TypeError("An audience names at least one role.")
    allowed = tuple(Role(role).value for role in roles)

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not (request.user.is_authenticated and request.user.has_role(*allowed)):
                raise RoleNeeded(*allowed)
            return view(request, *args, **kwargs)

        guarded.audience = allowed  # type: ignore[attr-defined]
        return guarded

    return decorate


def anyone_signed_in(view: Callable) -> Callable:
    """Every person with an account, whatever the role."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.audience = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def public(view: Callable) -> Callable:
    """Open without a log-in; the view itself must then trust nobody."""
    view.audience = EVERYBODY  # type: ignore[attr-defined]
    return login_not_required(view)
