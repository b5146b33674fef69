"""My files: what I asked for and how far it is; what waits for my approval; the file itself, for its owner alone."""
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets.actions import Refused
from tickets.exports import asking, making
from tickets.exports.files import TYPES
from tickets.exports.rows import Export
from tickets.scope import READERS

SHOWN = 50


class DecisionForm(forms.Form):
    approved = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    decision = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def clean(self):
        super().clean()
        if self.cleaned_data.get("approved") == "no" and not self.cleaned_data.get("decision"):
            self.add_error("decision", _("Say why it is not approved."))
        return self.cleaned_data


def context(request, now, form=None, about=None):
    own = list(Export.objects.filter(owner=request.user).select_related("decided_by").order_by("-pk")[:SHOWN])
    waiting = list(asking.waiting_for(request.user)[:SHOWN])
    for export in waiting:
        export.form_shown = form if about == export.pk else DecisionForm(auto_id=f"d{export.pk}-%s")
    return {"own": own, "waiting": waiting, "now": now, "is_live": any(export.status in Export.UNDER_WAY for export in own)}


@audience(*READERS)
@require_safe
def page(request):
    name = "exports/_own.html" if request.htmx and not request.htmx.boosted else "exports/page.html"
    return render(request, name, context(request, database_now()))


@audience(*READERS)
@require_safe
def file(request, export_id):
    now = database_now()
    try:
        export = asking.take_away(export_id, by=request.user, now=now, request=request)
    except Export.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("tickets:exports")
    answer = StreamingHttpResponse(making.content_of(export), content_type=TYPES[export.form])
    name = f"{export.title} {timezone.localtime(export.at):%Y-%m-%d %H%M}.{export.form}"
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Content-Length"] = export.size
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@audience(Role.DL)
@require_POST
def decide(request, export_id):
    now, form = database_now(), DecisionForm(request.POST, auto_id=f"d{export_id}-%s")
    if not form.is_valid():
        return render(request, "exports/page.html", context(request, now, form, export_id), status=422)
    try:
        asking.decide(export_id, by=request.user, now=now, approved=form.cleaned_data["approved"] == "yes",
                      decision=form.cleaned_data["decision"], request=request)
    except Export.DoesNotExist:
        raise Http404 from None
    except asking.DecidedAlready:
        messages.warning(request, _("Somebody else has decided already."))
    else:
        messages.success(request, _("Decided. Whoever asked is told."))
    return redirect("tickets:exports")


@audience(*READERS)
@require_POST
def drop(request, export_id):
    try:
        asking.drop(export_id, by=request.user, now=database_now(), request=request)
    except Export.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The file is removed."))
    return redirect("tickets:exports")
