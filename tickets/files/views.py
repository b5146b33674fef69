"""Files beside the intake form: kept when they are chosen, shown with a way to take each away again."""
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets.files import keeping, pieces
from tickets.taking import drafts

TAKING_IN = (Role.OP, Role.OPS)


def beside(request, key, errors=()):
    """What the intake screen needs to show the files of its form."""
    return {"files": keeping.pending(request.user, key), "file_errors": errors, "accepted": pieces.ACCEPTED}


def kept(request, key, now):
    """Keeps what came with a POST; sentences about what was not taken."""
    files = request.FILES.getlist("files")
    try:
        if files and key:
            keeping.keep(files, by=request.user, key=key, now=now)
    except ValidationError as error:
        return error.messages
    return []


@audience(*TAKING_IN)
@require_POST
def add(request):
    key = drafts.key_of(request.POST)
    errors = kept(request, key, database_now())
    return render(request, "taking/_files.html", beside(request, key, errors), status=422 if errors else 200)


@audience(*TAKING_IN)
@require_POST
def drop(request, number):
    key = drafts.key_of(request.POST)
    keeping.drop(number, by=request.user, key=key)
    return render(request, "taking/_files.html", beside(request, key))
