"""The pages on which administrators say what is asked besides for a category and how its text may begin."""
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from tickets.asking import versions
from tickets.asking.forms import AskRows, BaseForm, initial_of
from tickets.models import Category, CategoryQuestions
from tickets.saying.views import WRITERS
from tickets.taking import questions

VERSIONS = 30


@dataclass(frozen=True)
class Line:
    code: str
    name: str
    depth: int
    row: CategoryQuestions | None


def names():
    """{code: (name, depth)} of groups and categories, in their order."""
    found = {}
    for one in Category.objects.filter(is_active=True).order_by("code"):
        found[one.l1_code], found[one.l2_code], found[one.code] = (one.l1, 0), (one.l2, 1), (one.name, 2)
    return dict(sorted(found.items()))


@audience(*WRITERS)
@require_safe
def listing(request):
    rows = {row.code: row for row in questions.newest().select_related("by")}
    lines = [Line(code, name, depth, rows.get(code)) for code, (name, depth) in names().items()]
    groups = [(head, [line for line in lines if line.code.startswith(head.code)]) for head in lines if not head.depth]
    return render(request, "asking/list.html", {"groups": groups})


@audience(*WRITERS)
@require_safe
def edit(request, code):
    written = versions.of(code)
    newest = written[0] if written else None
    form = BaseForm(initial={"base": newest.number if newest else 0, "template": newest.template if newest else ""})
    known = versions.asked_ever(written)
    asks = [initial_of(questions.ask_of(one)) for one in (newest.asks if newest else ())]
    return show(request, code, written, form, AskRows(initial=asks, prefix="ask", form_kwargs={"known": known}))


def show(request, code, written, form, rows, status=200):
    known = names()
    if code not in known:
        raise Http404
    above = questions.all_rows()
    groups = [(up, known[up][0], [questions.ask_of(one).said for one in above[up].asks])
              for up in (code[:2], code[:4]) if up != code and up in above and above[up].asks]
    title = " / ".join(dict.fromkeys(known[up][0] for up in (code[:2], code[:4], code)))
    history = [(row, [questions.ask_of(one).said for one in row.asks]) for row in written[:VERSIONS]]
    context = {"code": code, "name": title, "form": form, "rows": rows, "groups": groups, "history": history}
    return render(request, "asking/edit.html", context, status=status)


@audience(*WRITERS)
@require_POST
def write(request, code):
    if code not in names():
        raise Http404
    written = versions.of(code)
    form = BaseForm(request.POST.copy())
    rows = AskRows(request.POST, prefix="ask", form_kwargs={"known": versions.asked_ever(written)})
    if not (form.is_valid() & rows.is_valid()):
        return show(request, code, written, form, rows, status=422)
    try:
        row = versions.write(**form.cleaned_data, code=code, asks=rows.asks,  # type: ignore[attr-defined]  # see AskFormSet
                             by=request.user, now=database_now(), request=request)
    except versions.Outdated as outdated:
        form.data["base"] = outdated.newest.number  # type: ignore[index]  # a copy of the request's
        form.add_error(None, _("%(who)s wrote version %(number)d meanwhile; it stands below. Save again to put yours after it.")
                       % {"who": outdated.newest.by, "number": outdated.newest.number})
        return show(request, code, versions.of(code), form, rows, status=422)
    if row:
        messages.success(request, _("Version %(number)d counts from the next call on.") % {"number": row.number})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("tickets:questions-of", code)
