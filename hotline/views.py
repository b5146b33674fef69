"""The front door: everybody is led to the work that waits for him."""
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import anyone_signed_in
from accounts.roles import Role
from hotline import desks

HOMES = ((Role.AU, "insights:audit-log"), (Role.AD, "people"))


@anyone_signed_in
@require_safe
def home(request):
    mine = desks.of(request.user)
    if mine:
        return redirect(mine[0].url)
    for role, name in HOMES:
        if request.user.has_role(role):
            return redirect(name)
    return render(request, "welcome.html")
