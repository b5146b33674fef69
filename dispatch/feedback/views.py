"""The page on which a unit brings its stage feedback as a file: upload, look, confirm."""
from django.contrib import messages
from django.http import FileResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import UNIT_ROLES
from dispatch import boards
from dispatch.feedback import files, lines, taking
from dispatch.feedback.forms import ConfirmForm, FileForm, sealed
from tickets import excel, list_page
from tickets.actions import Refused


@audience(*UNIT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request):
    """POST looks at a file and writes nothing. Of a ticket it shows what a list shows, so it is no sighting."""
    if request.method != "POST":
        return page(request, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form, status=422)
    found = lines.lines_of(form.entries, request.user, database_now())
    seal = "" if any(line.fault for line in found) else sealed(form.entries, request.user)
    return page(request, FileForm(initial={"leave_out": form.cleaned_data["leave_out"]}), found, seal)


def page(request, form, found=(), seal="", *, problem="", status=200):
    faults = [line for line in found if line.fault]
    context = {"form": form, "lines": found, "faults": len(faults), "first": faults[0].line if faults else 0,
               "ready": len(found) - len(faults), "sealed": seal, "problem": problem}
    return render(request, "feedback/page.html", context, status=status)


@audience(*UNIT_ROLES)
@require_POST
def confirm(request):
    """Answered by the preview again when something changed meanwhile: with the line, and nothing written."""
    form = ConfirmForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, FileForm(), problem=_("The preview is too old, or not yours: upload the file again."), status=422)
    try:
        count = taking.take(form.entries, form.key, by=request.user, now=database_now(), request=request)
    except taking.TakenBefore:
        return page(request, FileForm(), problem=_("This was confirmed before; it was not done twice."), status=409)
    except taking.NotTaken as refusal:
        line = next(line for line in refusal.lines if line.fault).line
        problem = _("Nothing was imported: line %(line)d is no longer possible.") % {"line": line}
        return page(request, FileForm(), refusal.lines, problem=problem, status=409)
    said = ngettext("%(n)d stage feedback is on its ticket.", "%(n)d stage feedbacks are on their tickets.", count)
    messages.success(request, said % {"n": count})
    return redirect(boards.INBOX.url)


@audience(*UNIT_ROLES)
@require_POST
def template(request):
    """The open tickets that take a stage feedback, with an empty column for it. On record as every list that is taken away."""
    listing = list_page.Listing(boards.FOR_FEEDBACK, request.user, QueryDict(), request.path, database_now())
    blanks = [(files.TEXT_HEAD, 60)]
    try:
        file = excel.export(listing, request=request, reason=_("Template for stage feedback"), blanks=blanks)
    except Refused as refusal:
        wait = getattr(refusal, "seconds", 0)
        answer = page(request, FileForm(), problem=str(refusal), status=429 if wait else 422)
        if wait:
            answer["Retry-After"] = wait
        return answer
    return FileResponse(file, as_attachment=True, filename=excel.file_name(listing), content_type=excel.CONTENT_TYPE)
