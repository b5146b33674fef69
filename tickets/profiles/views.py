"""How long each step may take: versions to read, and a form that makes a new one after a look at what it does."""
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets import recount
from tickets.choices import Urgency
from tickets.clocks import Kind
from tickets.models import SlaProfile
from tickets.profiles import versions, wording
from tickets.profiles.forms import TYPES, ConfirmForm, ProfileForm, moment_of, sealed

READERS = (Role.AD, Role.AU, Role.SV, Role.ZH, Role.DL)


@dataclass(frozen=True)
class Line:
    """One version in the list."""

    profile: SlaProfile
    by: str
    is_current: bool
    is_newest: bool


@audience(*READERS)
@require_safe
def profiles(request):
    rows = list(SlaProfile.objects.select_related("by").order_by("code", "-version"))
    current = SlaProfile.objects.current(database_now())
    highest = {row.code: row.version for row in reversed(rows)}
    lines = [Line(row, row.by.display_name if row.by else _("shipped"), row == current, highest[row.code] == row.version)
             for row in rows]
    return render(request, "profiles/list.html", {"lines": lines, "may_edit": request.user.has_role(Role.AD)})


@audience(*READERS)
@require_safe
def profile(request, profile_id):
    found = get_object_or_404(SlaProfile.objects.select_related("by"), pk=profile_id)
    context = {
        "profile": found, "may_edit": request.user.has_role(Role.AD),
        "urgencies": Urgency.labels, "rows": [(kind.label, cells_of(found.limits.get(kind, {}))) for kind in Kind],
        "ladders": [(kind.label, [wording.rung_words(kind, rung) for rung in found.ladder(kind)]) for kind in Kind],
    }
    return render(request, "profiles/profile.html", context)


def cells_of(limits):
    """What the table shows of one kind: a limit for each urgency; those by type stand in the cell of normal tickets."""
    typed = [f"{type_.label} {wording.limit_text(limits[type_])}" for type_ in TYPES if type_ in limits]
    cells = [wording.limit_text(limits.get(urgency)) for urgency in Urgency.values]
    return [text or "; ".join(typed) if urgency == Urgency.NORMAL else text
            for urgency, text in zip(Urgency.values, cells, strict=True)]


@audience(Role.AD)
@require_http_methods(["GET", "POST"])
def new(request, profile_id):
    """The form of a new version, filled from this one; sending it shows what it would do."""
    start, now = get_object_or_404(SlaProfile, pk=profile_id), database_now()
    form = ProfileForm(request.POST or None, profile=start, now=now)
    if request.method == "POST" and form.is_valid():
        return look(request, form.given, now)
    status = 422 if form.is_bound else 200
    return render(request, "profiles/edit.html", {"form": form, "profile": start, "urgencies": Urgency.labels}, status=status)


def look(request, given, now, *, form=None, status=200):
    last = versions.newest(given["code"])
    form = form or ConfirmForm(initial={"sealed": sealed(given), "base": last.version})
    draft = versions.unsaved(given, version=last.version + 1, valid_from=moment_of(given, now))
    impact = recount.impact(recount.NewProfile(draft), now)
    context = {"form": form, "profile": draft, "last": last, "impact": impact, "shifts": impact.most_affected,
               "differences": differences(last, draft)}
    return render(request, "profiles/preview.html", context, status=status)


def differences(old, new):
    """(clock, before, after) of the limits and ladders that change."""
    found = []
    for kind in Kind:
        before, after = old.limits.get(kind, {}), new.limits.get(kind, {})
        for which in [*Urgency, *TYPES]:
            if before.get(which) != after.get(which):
                found.append((f"{kind.label} · {which.label}", wording.limit_text(before.get(which)) or "–",
                              wording.limit_text(after.get(which)) or "–"))
        if old.ladder(kind) != new.ladder(kind):
            found.append((_("%(clock)s: ladder") % {"clock": kind.label}, *(
                " / ".join(wording.rung_text(rung) for rung in one.ladder(kind)) or "–" for one in (old, new))))
    return found


@audience(Role.AD)
@require_POST
def confirm(request):
    form, now = ConfirmForm(request.POST), database_now()
    if not form.is_valid():
        if "sealed" in form.errors or "base" in form.errors:
            messages.error(request, _("The preview is too old: begin again."))
            return redirect("tickets:profiles")
        return look(request, form.given, now, form=form, status=422)
    given = form.cleaned_data
    try:
        made, moved = versions.add_version(
            given=form.given, base=given["base"], valid_from=moment_of(form.given, now), reason=given["reason"],
            apply=given["apply"], by=request.user, now=now, request=request)
    except versions.Overtaken as faster:
        form = ConfirmForm({**request.POST.dict(), "base": faster.newest.version})
        form.add_error(None, _("Somebody made a version meanwhile. This is what yours would do now."))
        return look(request, form.given, now, form=form, status=409)
    messages.success(request, _("%(profile)s is a new version; due dates moved: %(moved)s.")
                     % {"profile": made, "moved": moved})
    return redirect("tickets:profile", made.pk)
