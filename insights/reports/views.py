"""专报、日报、周报、月报: the list of them, one of them, what is done with it, and its files."""
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import audience
from accounts.instant import database_now
from insights.models import Report
from insights.reports import acts, book, fonts, page, pdf, printed, word
from insights.reports.forms import AskForm, WordsForm
from insights.reports.kinds import KINDS, in_use
from tickets.actions import Refused
from tickets.exports.asking import check_place

PAGE = 25
FILES = {
    "pdf": (pdf.write, "application/pdf"),
    "docx": (word.write, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (book.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@audience(*acts.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request):
    """The newest first; POST asks for one."""
    now = database_now()
    form = AskForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            report = acts.ask(form.cleaned_data["kind"], form.cleaned_data["moment"], by=request.user, now=now)
            return redirect("insights:report", report.pk)
        except Refused as refusal:
            form.add_error("at", str(refusal))
    kind = request.GET.get("kind", "")
    if kind and kind not in KINDS:
        raise Http404
    rows = Report.objects.defer("content", "comment").order_by("-until", "-pk")
    shown = Paginator(rows.filter(kind=kind) if kind else rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form if request.user.has_role(*acts.MAKE) else None, "page": shown, "kind": kind,
               "rows": [page.line(report) for report in shown],
               "kinds": [choice for choice in Report.Kind.choices if choice[0] in in_use()]}
    return render(request, "reports/list.html", context, status=422 if form.errors else 200)


def found(report_id):
    return get_object_or_404(Report.objects.select_related("asked_by", "edited_by", "approved_by", "issued_by"), pk=report_id)


@audience(*acts.READERS)
@require_safe
def report(request, report_id):
    """As it is printed. While it is being made only how far that is, again and again."""
    one = found(report_id)
    name = "reports/_progress.html" if request.htmx and not request.htmx.boosted and not one.is_made else "reports/report.html"
    answer = render(request, name, page.context(one, request.user))
    if request.htmx and not request.htmx.boosted and one.is_made:
        answer["HX-Refresh"] = "true"  # it is there: the whole page
    return answer


@audience(*acts.READERS)
@require_POST
def act(request, report_id, name):
    """Whoever may not is refused by the act itself."""
    deed, one = ACTS.get(name), found(report_id)
    if deed is None:
        raise Http404
    try:
        return deed(request, one, database_now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("insights:report", one.pk)


def edit(request, one, now):
    acts.allowed(request.user, acts.MAKE)
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            acts.edit(one.pk, by=request.user, now=now, **form.cleaned_data)
            messages.success(request, _("Your words are kept."))
            return redirect("insights:report", one.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reports/report.html", page.context(found(one.pk), request.user, form), status=422)


def approve(request, one, now):
    acts.approve(one.pk, by=request.user, now=now)
    messages.success(request, _("Approved. It can be issued now."))
    return redirect("insights:report", one.pk)


def send_back(request, one, now):
    acts.send_back(one.pk, by=request.user, now=now)
    messages.success(request, _("It is a draft again."))
    return redirect("insights:report", one.pk)


def issue(request, one, now):
    issued = acts.issue(one.pk, by=request.user, now=now)
    messages.success(request, _("Issued: %(number)s.") % {"number": printed.number(issued)})
    return redirect("insights:report", one.pk)


def correct(request, one, now):
    return redirect("insights:report", acts.correct(one.pk, by=request.user, now=now).pk)


def again(request, one, now):
    return redirect("insights:report", acts.again(one.pk, by=request.user, now=now).pk)


ACTS = {deed.__name__: deed for deed in (edit, approve, send_back, issue, correct, again)}


@audience(*acts.READERS)
@require_safe
def file(request, report_id, ending):
    """On record before it leaves."""
    one = found(report_id)
    if ending not in FILES or not one.is_made:
        raise Http404
    try:
        check_place(request.user)
        write, kind = FILES[ending]
        content = write(one)
    except (Refused, fonts.NoFont) as trouble:
        messages.error(request, str(trouble))
        return redirect("insights:report", one.pk)
    audit.record("EXPORT_FILE", user=request.user, now=database_now(), request=request, what=f"report {one.kind}",
                 reason=f"{one.pk} v{one.version}", digest=one.digest, form=ending)
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(printed.file_name(one, ending))}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@audience(*acts.READERS)
@require_safe
def last_hour(request):
    """The hourly briefing that was made last; the list of them, which says so, while there is none."""
    last = Report.objects.filter(kind=Report.Kind.HOURLY, content__isnull=False).order_by("-until", "-version").first()
    return redirect("insights:report", last.pk) if last else redirect(f"{reverse('insights:reports')}?kind=hourly")
