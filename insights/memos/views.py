"""治理建议: the list of memos, the page of one, and what is done with it."""
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import audience
from accounts.instant import database_now
from insights.alerts import acts as alerts
from insights.alerts import drafting
from insights.memos import acts
from insights.memos.forms import AnswerForm, CloseForm, MemoForm
from insights.models import Alert, Memo
from tickets.actions import Refused
from tickets.calendars import local_date
from tickets.columns import title_of
from tickets.presenters import state_pill
from tickets.weeks import midnight

Status = Memo.Status
PAGE = 50
USUAL = timedelta(days=10)  # until an answer is due


@audience(*acts.READERS)
@require_safe
def memos(request):
    page = Paginator(acts.seen(request.user).order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": [(memo, acts.TONES[Status(memo.status)]) for memo in page], "now": database_now(),
               "writes": request.user.has_role(*acts.ACTORS)}
    return render(request, "memos/list.html", context)


@audience(*acts.ACTORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    now = database_now()
    alert = alert_of(request)
    form = MemoForm(request.POST if request.method == "POST" else None, user=request.user, now=now,
                    initial=begun(alert, request.user, now))
    if form.is_valid():
        memo = acts.draft(by=request.user, now=now, alert=alert, **said(form))
        messages.success(request, _("The memo is drafted: read it once more, then send it."))
        return redirect("insights:memo", memo.pk)
    return render(request, "memos/write.html", {"form": form, "alert": alert}, status=422 if form.is_bound else 200)


def alert_of(request):
    text = request.GET.get("alert", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    try:
        return Alert.objects.select_related("area").get(pk=int(text))
    except Alert.DoesNotExist:
        raise Http404 from None


def begun(alert, user, now):
    words = {"due": local_date(now + USUAL)}
    if alert is not None:
        numbers = alerts.seen_of(alert, user).values_list("ticket_no", flat=True)[:acts.MOST]
        text = drafting.memo(alert, drafting.found(alert))
        words |= {"title": drafting.what(alert)[:60], "text": text, "numbers": " ".join(numbers)}
    return words


def said(form):
    given = form.cleaned_data
    return {"unit": given["unit"], "title": given["title"], "text": given["text"], "tickets": given["numbers"],
            "due_at": midnight(given["due"] + timedelta(days=1))}


@audience(*acts.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def memo(request, memo_id):
    now, bound = database_now(), {}
    try:
        if request.method == "POST":
            bound = posted(request, memo_id, now)
            if bound is None:
                return redirect("insights:memo", memo_id)
        found = acts.seen(request.user).get(pk=memo_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    return render(request, "memos/page.html", shown(found, request.user, now, bound), status=422 if bound else 200)


def shown(found, user, now, bound):
    tickets = list(acts.tickets_of(found, user)[:acts.MOST])
    numbers = " ".join(ticket.ticket_no for ticket in tickets)
    initial = {"unit": found.unit.code, "due": local_date(found.due_at - timedelta(seconds=1)), "title": found.title,
               "text": found.text, "numbers": numbers}
    hotline = user.has_role(*acts.ACTORS)
    forms = {
        "change": hotline and found.status == Status.DRAFTED and (
            bound.get("change") or MemoForm(user=user, now=now, initial=initial)),
        "answer": acts.may_answer(found, user) and (bound.get("answer") or AnswerForm(auto_id="answer-%s")),
        "close": hotline and found.status == Status.ANSWERED and (bound.get("close") or CloseForm(auto_id="close-%s")),
    }
    return {"memo": found, "tone": acts.TONES[Status(found.status)], "hotline": hotline, "forms": forms,
            "is_late": found.status == Status.SENT and found.due_at < now,
            "rows": [(ticket, title_of(ticket, user), state_pill(ticket)) for ticket in tickets]}


# --- acts: each answers None, or {name of a form: the form with its errors} ---------------------------------------------


def posted(request, memo_id, now):
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, memo_id, now)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return None


def change(request, memo_id, now):
    form = MemoForm(request.POST, user=request.user, now=now)
    if not form.is_valid():
        return {"change": form}
    acts.change(memo_id, by=request.user, now=now, **said(form))
    messages.success(request, _("Changed."))
    return None


def send(request, memo_id, now):
    acts.send(memo_id, by=request.user, now=now)
    messages.success(request, _("Sent: the leader of the unit is told."))


def answer(request, memo_id, now):
    form = AnswerForm(request.POST, auto_id="answer-%s")
    if not form.is_valid():
        return {"answer": form}
    acts.answer(memo_id, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("The answer of your unit is on file."))
    return None


def close(request, memo_id, now):
    form = CloseForm(request.POST, auto_id="close-%s")
    if not form.is_valid():
        return {"close": form}
    acts.close(memo_id, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("Closed."))
    return None


ACTS = {act.__name__: act for act in (change, send, answer, close)}
