"""The pages that say no: whose page it is, whom to ask, where to go on. What is secret stays out of them."""
from django.shortcuts import render

from accounts.access import RoleNeeded, public
from accounts.roles import Role
from hotline import desks


@public
def not_yours(request, exception=None):
    """handler403. Names of roles are no secret; what a ticket holds would be one."""
    needed = exception.roles if isinstance(exception, RoleNeeded) else ()
    user = request.user if request.user.is_authenticated else None
    context = {
        "needed": [Role(role).label for role in needed],
        "held": [Role(role).label for role in Role if user and role in user.roles],
    }
    return render(request, "403.html", context, status=403)


@public
def not_here(request, exception=None):
    """handler404. The same words for a wrong address and for a ticket that is somebody else's."""
    user = getattr(request, "user", None)
    may_search = bool(user and user.is_authenticated and desks.reads_tickets(user))
    return render(request, "404.html", {"may_search": may_search}, status=404)
