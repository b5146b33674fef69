"""The page of a ticket's evidence: what is there, to be opened; and files to be brought."""
import io

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import audience
from accounts.instant import database_now
from dispatch.evidence import acts
from dispatch.models import Evidence
from tickets import page, sightings
from tickets.actions import AlreadyMoved, Refused
from tickets.files import keeping, kinds, pieces
from tickets.models import Sighting
from tickets.presenters import state_pill
from tickets.redaction import Reading
from tickets.scope import READERS


class EvidenceForm(forms.Form):
    evidence = pieces.FilesField(label=gettext_lazy("Files"), help_text=gettext_lazy(
        "Pictures, PDF, Word (docx), sound (mp3) or video (mp4); at most 9 files of 20 MB each."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].widget.attrs |= {"accept": pieces.ACCEPTED, "multiple": True}

    def clean_evidence(self):
        """All or none: each file that is not taken says why."""
        given = self.cleaned_data["evidence"]
        self.pieces = pieces.checked(given)
        return given


@audience(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request, ticket_no):
    ticket = page.found(request.user, ticket_no)
    if request.method != "POST":
        return shown(request, ticket, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown(request, ticket, form, status=422)
    try:
        acts.add(ticket.pk, pieces=form.pieces, by=request.user, now=database_now())
    except AlreadyMoved as moved:
        return shown(request, ticket, form, _("Not taken: the ticket is %(state)s now.") % {
            "state": state_pill(moved.ticket).text}, status=409)
    except Refused as refusal:
        return shown(request, ticket, form, str(refusal), status=422)
    count = len(form.pieces)
    messages.success(request, ngettext("%(n)d file is kept.", "%(n)d files are kept.", count) % {"n": count})
    return redirect("dispatch:evidence", ticket_no)


def shown(request, ticket, form, problem="", status=200):
    reading = Reading(ticket, request.user)
    context = {"ticket": ticket, "title": reading.title, "form": form, "problem": problem, "now": database_now(),
               "brought": keeping.readable(ticket, reading).select_related("by"),
               "rows": ticket.evidence.select_related("unit", "by").order_by("pk"), "may_add": acts.takes(ticket, request.user)}
    return render(request, "evidence/page.html", context, status=status)


@audience(*READERS)
@require_safe
def file(request, ticket_no, evidence_id):
    """Given out as a file to be kept, never shown as a page of ours. Each time is a sighting of the ticket."""
    ticket = page.found(request.user, ticket_no)
    try:
        row = ticket.evidence.select_related("file").get(pk=evidence_id)
    except Evidence.DoesNotExist:
        raise Http404 from None
    return given_out(request, ticket, row, acts.content_of(row))


@audience(*READERS)
@require_safe
def attachment(request, ticket_no, attachment_id):
    """A file of the caller, for whom nothing of him is hidden from."""
    ticket = page.found(request.user, ticket_no)
    row = keeping.readable(ticket, Reading(ticket, request.user)).select_related("file").filter(pk=attachment_id).first()
    if row is None:
        raise Http404
    return given_out(request, ticket, row, keeping.content_of(row))


def given_out(request, ticket, row, content):
    sightings.note(ticket, request.user, how=Sighting.How.FILE, now=database_now())
    answer = FileResponse(io.BytesIO(content), as_attachment=True, filename=row.name,
                          content_type=kinds.TYPES[Evidence.Kind(row.kind)])
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
