"""Suggestions beside the intake form, what came of them, and what many people write about.

What is typed comes by POST, so that no word of a citizen gets into an address or a log.
"""
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from suggesting import advice, answers, forms, themes, versions
from suggesting.models import Training
from tickets.taking.views import TAKING_IN

NEWEST = 30


@audience(*TAKING_IN)
@require_POST
def look(request):
    """What fits the form as it stands; asked for when the typing rests. Writes nothing."""
    found = advice.of(forms.AskForm(request.POST).known(), now=database_now())
    return render(request, "suggesting/_offers.html", {"advice": found})


@audience(*TAKING_IN)
@require_POST
def answer(request):
    """Counts what was taken over and what was refused; the form itself is filled by the page."""
    form = forms.AnswerForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    answers.note(by=request.user, now=database_now(), **form.cleaned_data)
    return HttpResponse(status=204)


@audience(*themes.READERS)
@require_safe
def quality(request):
    """Every training with its figures, and how often suggestions are taken over."""
    trainings = list(Training.objects.defer("classifier").order_by("-pk")[:NEWEST])
    context = {"trainings": trainings, "rates": answers.rates(now=database_now()), "days": answers.SPAN.days,
               "approved": versions.approved().count() if not trainings else None, "least": versions.LEAST}
    return render(request, "suggesting/quality.html", context)


@audience(*themes.READERS)
@require_safe
def topics(request):
    """The themes of the last days, as the worker found them."""
    found, rows = themes.shown_to(request.user)
    return render(request, "suggesting/topics.html", {"found": found, "rows": rows, "days": themes.SPAN.days})
