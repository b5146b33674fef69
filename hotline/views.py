"""The front door: everybody is led to the work that waits for him."""
from urllib.parse import urlsplit

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import anyone_signed_in
from hotline import desks, guides
from hotline import palette as finding


@anyone_signed_in
@require_safe
def home(request):
    mine = desks.of(request.user)
    if mine:
        return redirect(mine[0].url)
    for role, name in desks.HOMES.items():
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


@anyone_signed_in
@require_POST
def put_guide_away(request):
    """The first-run guide of one role is not shown again until somebody asks for it."""
    user, role = request.user, request.POST.get("role", "")
    if role in guides.KNOWN and role not in user.guides_done:
        user.guides_done = [*user.guides_done, role]
        user.save(update_fields=["guides_done"])
        messages.info(request, _("The guide is put away. The question mark at the top brings it back."))
    return redirect(guides.home_of(role) if role in user.roles else "home")


@anyone_signed_in
@require_POST
def show_guides(request):
    request.user.guides_done = []
    request.user.save(update_fields=["guides_done"])
    return redirect(reverse("home"))
