"""The page on which the people of a unit keep its reply presets."""
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import UNIT_ROLES
from dispatch.models import ReplyPreset
from dispatch.presets import keeping
from dispatch.presets.forms import PresetForm, category_names
from dispatch.presets.rows import MOST
from tickets.actions import Refused

SHOWN = 4 * MOST  # a unit's own and those of the units above


@dataclass(frozen=True)
class Line:
    preset: ReplyPreset
    category: str
    may_end: bool


@audience(*UNIT_ROLES)
@require_safe
def presets(request):
    return page(request)


def page(request, *, form=None, status=200):
    rows = ReplyPreset.objects.readable_by(request.user).in_force().counted().select_related("unit", "by")
    names = category_names()
    lines = [Line(row, names.get(row.category, row.category), keeping.may_keep(row, request.user))
             for row in rows.order_by("unit__path", "title")[:SHOWN]]
    context = {"lines": lines, "form": form or PresetForm(user=request.user)}
    return render(request, "presets/list.html", context, status=status)


@audience(*UNIT_ROLES)
@require_POST
def add(request):
    form = PresetForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            keeping.add(**form.cleaned_data, by=request.user, now=database_now(), request=request)
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, _("The preset is kept."))
            return redirect("dispatch:presets")
    return page(request, form=form, status=422)


@audience(*UNIT_ROLES)
@require_POST
def end(request, preset_id):
    try:
        ended = keeping.end(preset_id, by=request.user, now=database_now(), request=request)
    except ReplyPreset.DoesNotExist as error:
        raise Http404 from error
    if ended:
        messages.success(request, _("The preset is ended; replies that began with it keep their text."))
    return redirect("dispatch:presets")
