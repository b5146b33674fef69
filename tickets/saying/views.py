"""The pages of the kept texts: what is said on the phone, and what is inserted while one types."""
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets.actions import Refused
from tickets.models import Snippet
from tickets.saying import scripts, snippets
from tickets.saying.forms import ScriptForm, SnippetForm

WRITERS = (Role.OPS, Role.SV, Role.AD)
KEEPERS = (Role.OP, Role.OPS, Role.SV)
LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Line:
    snippet: Snippet
    may_drop: bool = False


@audience(*WRITERS)
@require_safe
def script_page(request):
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else get_language()
    context = {"language": language, "languages": LANGUAGES.items(), "scripts": [
        (said, scripts.BY_KEY[said.key].usual) for said in scripts.with_versions(language)]}
    return render(request, "saying/scripts.html", context)


@audience(*WRITERS)
@require_POST
def script_write(request):
    form = ScriptForm(request.POST)
    if form.is_valid():
        row = scripts.write(**form.cleaned_data, by=request.user, now=database_now(), request=request)
        if row:
            messages.success(request, _("The script is changed; every screen shows it at its next call."))
    else:
        messages.error(request, _("At most 500 characters: nothing was changed."))
    language = form.data.get("language", "")
    return redirect(f"{reverse('tickets:scripts')}?language={language if language in LANGUAGES else ''}")


@audience(*KEEPERS)
@require_safe
def snippet_page(request):
    return show(request, SnippetForm(may_share=snippets.may_share(request.user)))


def show(request, form, status=200):
    lines = [Line(one, snippets.may_drop(one, request.user)) for one in snippets.readable_by(request.user)]
    return render(request, "saying/snippets.html", {"form": form, "lines": lines}, status=status)


@audience(*KEEPERS)
@require_POST
def snippet_keep(request):
    form = SnippetForm(request.POST, may_share=snippets.may_share(request.user))
    if form.is_valid():
        try:
            snippets.keep(**form.cleaned_data, by=request.user, now=database_now())
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The text is kept."))
            return redirect("tickets:snippets")
    return show(request, form, status=422)


@audience(*KEEPERS)
@require_POST
def snippet_drop(request, snippet_id):
    try:
        snippets.drop(snippet_id, by=request.user)
    except Snippet.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The text is dropped."))
    return redirect("tickets:snippets")


@audience(*KEEPERS)
@require_safe
def snippet_list(request):
    return render(request, "saying/_snippet_list.html", {"lines": [Line(one) for one in snippets.readable_by(request.user)]})
