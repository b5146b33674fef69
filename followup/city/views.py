"""Importing the city's callbacks: choose a file, look at every line, confirm. What is wrong stays out, the rest is taken."""
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from dispatch.feedback.forms import sealed
from followup import boards
from followup.city import files, lines
from followup.city.forms import ConfirmImport, FileForm
from tickets.presenters import Pill

FATES = {lines.NEW: Pill(gettext_lazy("New"), "green"), lines.KNOWN: Pill(gettext_lazy("On record already")),
         lines.WRONG: Pill(gettext_lazy("Wrong"), "red")}
MUST, MAY = list(files.COLUMNS)[:files.MUST], list(files.COLUMNS)[files.MUST:]


@audience(Role.SV)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request):
    """POST looks at a file and writes nothing. Of a ticket it shows what a list shows, so it is no sighting."""
    if request.method != "POST":
        return page(request, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form, status=422)
    found = lines.lines_of(form.entries, request.user, database_now())
    ready = any(line.fate == lines.NEW for line in found)
    return page(request, FileForm(), found, sealed(form.entries, request.user, ConfirmImport) if ready else "")


def page(request, form, found=(), seal="", *, problem="", done="", status=200):
    fates = [line.fate for line in found]
    context = {"form": form, "sealed": seal, "problem": problem, "done": done, "new": fates.count(lines.NEW),
               "known": fates.count(lines.KNOWN), "wrong": fates.count(lines.WRONG),
               "lines": [(line, FATES[line.fate]) for line in found], "columns": columns()}
    return render(request, "city/page.html", context, status=status)


def columns():
    """(heads that the file must have, heads that it may have), each with what else it may be called: in Chinese, otherwise."""
    return [[(head, "、".join(word for word in also if not word.isascii()), ", ".join(word for word in also if word.isascii()))
             for head, also in map(files.COLUMNS.get, names)] for names in (MUST, MAY)]


@audience(Role.SV)
@require_POST
def confirm(request):
    """Every line is asked again; the same file twice brings nothing twice."""
    form = ConfirmImport(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, FileForm(), problem=_("The preview is too old, or not yours: upload the file again."), status=422)
    found = lines.take(form.entries, by=request.user, now=database_now(), request=request)
    count = sum(line.fate == lines.NEW for line in found)
    said = ngettext("%(n)d callback of the city is on its ticket.", "%(n)d callbacks of the city are on their tickets.", count)
    if any(line.fault for line in found):
        return page(request, FileForm(), found, done=said % {"n": count})
    messages.success(request, said % {"n": count})
    return redirect(boards.LAYERS.url)
