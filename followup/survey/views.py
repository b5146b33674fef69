"""The questionnaire of a text message: a page for whoever has its link, and for nobody else."""
from functools import wraps

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from accounts.instant import database_now
from followup import callbacks
from followup.survey import limits, links
from followup.survey.forms import SurveyForm

NOT_OURS, OVER, TOO_MANY = 404, 410, 429


def for_citizens(view):
    """In the language that the address asks for: there is no cookie to remember it. The address itself is told to nobody."""

    @wraps(view)
    def shown(request, *args, **kwargs):
        language = request.GET.get("language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"], response.headers["Referrer-Policy"] = "no-store", "no-referrer"
        return response

    return shown


# The link alone gives the right to answer, no cookie does: there is nothing that another site could misuse. And a browser
# that may not tell where it comes from sends "Origin: null", which the check would refuse.
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def survey(request, token):
    now = database_now()
    if limits.is_spent(request.META["REMOTE_ADDR"], now=now):
        return sorry(request, TOO_MANY)
    task = links.found(token)
    if task is None:
        return missed(request, NOT_OURS, now)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if not callbacks.may_answer(task, now):
        return missed(request, OVER, now)
    if not form.is_valid():
        return render(request, "survey/page.html", {"form": form, "ticket": task.ticket}, status=422 if form.is_bound else 200)
    try:
        callbacks.answer_survey(task.pk, now=now, **form.cleaned_data)
    except callbacks.SurveyOver:
        return missed(request, OVER, now)
    response = redirect("followup:survey-thanks")
    response.headers["Location"] += f"?language={translation.get_language()}"
    return response


@public
@require_safe
@for_citizens
def thanks(request):
    return render(request, "survey/thanks.html")


def missed(request, status, now):
    return sorry(request, status if limits.note_miss(request.META["REMOTE_ADDR"], now=now) else TOO_MANY)


def sorry(request, status):
    """The same words for a link that never was one and for one that is over."""
    response = render(request, "survey/sorry.html", {"too_many": status == TOO_MANY}, status=status)
    if status == TOO_MANY:
        response.headers["Retry-After"] = str(limits.WINDOW.seconds)
    return response
