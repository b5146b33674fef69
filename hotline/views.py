"""The front door: everybody is led to the work that waits for him."""
from urllib.parse import urlsplit

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import anyone_signed_in
from accounts.roles import Role
from hotline import desks
from hotline import palette as finding

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


@anyone_signed_in
@require_safe
def palette(request):
    """What fits some words, for the dialog of Ctrl+K; a page of its own where there is no script."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[: finding.LONGEST]
    here = request.htmx.current_url_abs_path or "/"
    groups = finding.groups(words, request.user, path=urlsplit(here).path)
    count = sum(len(group.options) for group in groups)
    said = ngettext("%(count)d found", "%(count)d found", count) % {"count": count} if count else _("Nothing fits.")
    template = "hotline/_palette.html" if request.htmx else "hotline/palette.html"
    return render(request, template, {"words": words, "groups": groups, "said": said, "here": here})
