"""The page of the tracking list, as the last look made it; there is no way to take a row off it."""
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from followup.tracking import page, sheet
from followup.tracking.following import EVENT, READERS
from tickets import doors, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.excel import CONTENT_TYPE
from tickets.list_forms import ExportForm
from tickets.page import found


@audience(*READERS)
@require_safe
def tracking(request):
    return shown(request, page.Sought(request.GET, request.user, database_now()))


def shown(request, sought, *, bound=None, export=None, status=200):
    context = page.context(sought, bound=bound) | {"export": export or ExportForm()}
    return render(request, "tracking/page.html", context, status=status)


@audience(*READERS)
@require_POST
def log(request, ticket_no):
    """Cause and log of one row; with errors the same page comes back, and what was typed with it."""
    now = database_now()
    ticket, sought = found(request.user, ticket_no), page.Sought(request.GET, request.user, now)
    step = steps.STEPS[EVENT]
    try:
        doors.attempt(request, ticket, step, body=request.POST, now=now)
    except steps.Invalid as invalid:
        return shown(request, sought, bound={ticket_no: invalid.form}, status=422)
    except (Refused, AlreadyMoved) as refusal:
        form = step.bind(found(request.user, ticket_no), request.user, now, request.POST)
        form.is_valid()
        moved = _("The ticket moved on meanwhile: look again.")
        form.add_error("cause", str(refusal) if isinstance(refusal, Refused) else moved)
        return shown(request, sought, bound={ticket_no: form}, status=409)
    messages.success(request, _("Written into the log of %(ticket)s.") % {"ticket": ticket_no})
    return redirect(f"{reverse('followup:tracking')}{sought.here}#t-{ticket_no}")


@audience(*READERS)
@require_POST
def export(request):
    sought, form = page.Sought(request.GET, request.user, database_now()), ExportForm(request.POST)
    if not form.is_valid():
        return shown(request, sought, export=form, status=422)
    try:
        file = sheet.export(sought, request=request, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        wait = getattr(refusal, "seconds", 0)
        answer = shown(request, sought, export=form, status=429 if wait else 422)
        if wait:
            answer["Retry-After"] = wait
        return answer
    return FileResponse(file, as_attachment=True, filename=sheet.file_name(sought), content_type=CONTENT_TYPE)
