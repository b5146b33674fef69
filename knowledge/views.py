"""The pages of knowledge: list, article, form, the editors' desk, and the panel of the intake screen."""
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.models import Unit
from knowledge import actions, changes, gaps, presenters, search, shelf
from knowledge.forms import ArticleForm, FilterForm, ProposalForm, ReasonForm
from knowledge.models import CONTENT, OPEN, Article, Status, Version
from knowledge.who import EDITORS, PROPOSERS, READERS

HITS = 6
OVERTAKEN = gettext_lazy("A colleague was quicker: look at the article as it is now.")
ACTS = {  # name: (action, asks for a reason)
    "submit": (actions.submit, False), "publish": (actions.publish, False),
    "send_back": (actions.send_back, True), "withdraw": (actions.withdraw, True),
}


@audience(*READERS)
@require_safe
def articles(request):
    """What is in force today, searched and filtered."""
    today = timezone.localdate(database_now())
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows, following = shelf.page(shelf.matching(wanted, today), request.GET.get("after", ""))
    may_propose = request.user.has_role(*PROPOSERS)
    context = {
        "form": form, "rows": [(row, list(presenters.pills_of(row, today))) for row in rows],
        "is_narrowed": any(wanted.values()), "may_edit": request.user.has_role(*EDITORS),
        "may_propose": may_propose, "mine": shelf.proposals_of(request.user) if may_propose else [],
        "first": shelf.address(request.path, request.GET, "") if request.GET.get("after") else "",
        "following": shelf.address(request.path, request.GET, following) if following else "",
    }
    return render(request, "knowledge/list.html", context)


@audience(*EDITORS)
@require_safe
def desk(request):
    now = database_now()
    sections = shelf.sections(request.user, timezone.localdate(now))
    return render(request, "knowledge/desk.html", {"sections": sections, "gaps": gaps.of(now)})


@audience(*READERS)
@require_safe
def article(request, number):
    return article_page(request, number)


def article_page(request, number, *, reason=None, act="", status=200):
    versions = list(shelf.visible_to(request.user).filter(article__number=number).shown().select_related(
        "submitted_by", "approved_by").order_by("-version"))
    shown = chosen(versions, request.GET.get("v", ""))
    if shown is None:
        raise Http404
    other = chosen(versions, request.GET["with"]) if "with" in request.GET else None
    today = timezone.localdate(database_now())
    older, newer = sorted((other, shown), key=lambda row: row.version) if other else (None, shown)
    context = {
        "number": number, "version": shown, "facts": presenters.facts_of(shown), "older": older, "newer": newer,
        "pills": list(presenters.pills_of(shown, today)), "differences": changes.between(older, newer) if older else [],
        "versions": [(row, presenters.pill_of(row)) for row in versions],
        "buttons": buttons(shown, request.user), "may_edit": request.user.has_role(*EDITORS),
        "reason": reason or ReasonForm(auto_id="reason-%s"), "act": act,
    }
    return render(request, "knowledge/article.html", context, status=status)


def chosen(versions, asked):
    """The version asked for, or what is published, or the newest."""
    if asked:
        return next((row for row in versions if str(row.version) == asked), None)
    return next((row for row in versions if row.status == Status.PUBLISHED), versions[0] if versions else None)


def buttons(version, user):
    """(act, label, style) of what this editor may do with this version at once; acts with a reason have their own form."""
    if not user.has_role(*EDITORS):
        return []
    found = []
    if version.status == Status.DRAFT:
        found.append(("submit", _("Submit for approval"), "btn-primary"))
    if version.status == Status.SUBMITTED:
        if user.pk not in (version.author_id, version.submitted_by_id):
            found.append(("publish", _("Approve and publish"), "btn-primary"))
        found.append(("send_back", _("Send back"), ""))
    if version.status in (*OPEN, Status.PUBLISHED):
        found.append(("withdraw", _("Withdraw") if version.status == Status.PUBLISHED else _("Put away"), "btn-outline-danger"))
    return [(act, label, style, ACTS[act][1]) for act, label, style in found]


@audience(*EDITORS)
@require_POST
def act(request, number, act):
    if act not in ACTS:
        raise Http404
    run, asks = ACTS[act]
    form = ReasonForm(request.POST, auto_id="reason-%s")
    if asks and not form.is_valid():
        return article_page(request, number, reason=form, act=act, status=422)
    version = request.POST.get("version", "")
    try:
        run(number, int(version) if version.isdecimal() and len(version) < 5 else 0, by=request.user, now=database_now(),
            request=request, **(form.cleaned_data if asks else {}))
    except (Article.DoesNotExist, Version.DoesNotExist):
        raise Http404 from None
    except actions.Overtaken:
        messages.warning(request, OVERTAKEN)
    except actions.Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Done: %(number)s.") % {"number": number})
    return redirect("knowledge:article", number)


@audience(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    today = timezone.localdate(database_now())
    start = {"title": request.GET.get("title", "")[:80], "valid_from": today}
    return written(request, ArticleForm(sent(request), today=today, initial=start))


@audience(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, number):
    """The next version, starting from the newest one."""
    latest = Version.objects.filter(article__number=number).shown().order_by("-version").first()
    if latest is None:
        raise Http404
    today = timezone.localdate(database_now())
    start = {name: getattr(latest, name) for name in CONTENT if name != "change_note"} | {"base": latest.version}
    if latest.valid_from is None:
        start["valid_from"] = today
    return written(request, ArticleForm(sent(request), today=today, initial=start), number, latest)


def sent(request):
    return request.POST if request.method == "POST" else None


def written(request, form, number="", latest=None):
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.write(by=request.user, now=database_now(), number=number, request=request, **form.cleaned_data)
        except actions.Overtaken:
            form.add_error(None, _("A colleague wrote a newer version meanwhile. Compare it with yours before you go on."))
        else:
            messages.success(request, _("Kept as version %(version)s. Submit it when it is ready.") % {"version": row.version})
            return redirect(f"{reverse('knowledge:article', args=[row.article.number])}?v={row.version}")
    context = {"form": form, "number": number, "latest": latest}
    return render(request, "knowledge/form.html", context, status=422 if form.is_bound else 200)


@audience(*PROPOSERS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    form = ProposalForm(sent(request), auto_id="article-%s")
    if request.method == "POST" and form.is_valid():
        row = actions.propose(by=request.user, now=database_now(), request=request, **form.cleaned_data)
        messages.success(request, _("Thank you: the editors have your proposal %(number)s.") % {"number": row.article.number})
        return redirect("knowledge:article", row.article.number)
    return render(request, "knowledge/form.html", {"form": form, "is_proposal": True}, status=422 if form.is_bound else 200)


@audience(*READERS)
@require_POST
def look(request):
    """Articles for the words typed, or for what the citizen says. POST, so that neither gets into an address or a log."""
    today = timezone.localdate(database_now())
    words, said = (request.POST.get(name, "").replace("\x00", "") for name in ("knowledge_q", "content"))
    rows = Version.objects.in_force(today).for_area(place(request.POST.get("area", ""))).shown()
    found = [presenters.hit(row) for row in search.best(rows, words, said, HITS)]
    return render(request, "knowledge/_hits.html", {"hits": found, "asked": bool(words.strip() or said.strip())})


def place(typed):
    """The unit that a field for places holds: a code, a name, or "name · code"."""
    code = typed[:120].replace("\x00", "").rsplit("·", 1)[-1].strip()
    if not code:
        return None
    return Unit.objects.filter(code=code).first() or Unit.objects.filter(name=code).first()
