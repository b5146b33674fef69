"""The pages of work lists: desks, all tickets, and one step for several tickets. Each reads the clock once; only a step
for several reads it for each of them, because each is an act of its own."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import audience
from accounts.instant import database_now
from tickets import bulk, excel, list_actions, list_forms, list_page, queues
from tickets.actions import Refused
from tickets.exports import asking
from tickets.exports.rows import Export
from tickets.exports.sources import TicketList
from tickets.models import SavedView
from tickets.scope import READERS
from tickets.steps import STEPS


def wants_part(request):
    """htmx asks for one region of the page; a boosted link asks for all of it."""
    return request.htmx and not request.htmx.boosted


def desk_view(desk, template="tickets/desk.html", more=lambda request, now: {}):
    """The page of a desk: tiles with counts, and the list that was chosen. What one keeps of it is sent to it, too."""

    @audience(*desk.roles)
    @require_http_methods(["GET", "HEAD", "POST"])
    def show(request):
        now = database_now()
        listing = list_page.Listing(desk, request.user, request.GET, request.path, now)
        if request.method == "POST":
            bound = kept(request, listing)
            if not isinstance(bound, dict):
                return bound
            wait = bound.pop("wait", 0)
            page = list_page.context(listing, **bound) | more(request, now)
            answer = render(request, template, page, status=429 if wait else 422)
            if wait:
                answer["Retry-After"] = wait
            return answer
        context = list_page.context(listing)
        if wants_part(request):
            return render(request, "tickets/_desk.html", context)
        return render(request, template, context | more(request, now))

    return show


all_tickets = desk_view(queues.EVERYTHING)


# --- what one keeps of a list: each answers a redirect, a file, or {panel: form with errors} ------------------------


def kept(request, listing):
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, listing)
    except SavedView.DoesNotExist:
        raise Http404 from None


def columns(request, listing):
    form = list_forms.ColumnsForm(listing, request.POST)
    if not form.is_valid():
        return {"columns": form}
    list_actions.choose_columns(listing.choice_name, form.cleaned_data["columns"], by=request.user)
    return HttpResponseRedirect(listing.here)


def usual_columns(request, listing):
    list_actions.use_usual_columns(listing.choice_name, by=request.user)
    return HttpResponseRedirect(listing.here)


def save_view(request, listing):
    def save(**given):
        return list_actions.save_view(now=listing.now, desk=listing.desk.name, work=listing.work.name, **given)

    return named(request, listing, save)


def change_view(request, listing):
    view = mine(listing)
    return named(request, listing, lambda **given: list_actions.change_view(view.pk, **given))


def named(request, listing, act):
    form = list_forms.ViewForm(listing, request.POST)
    if not form.is_valid():
        return {"view": form}
    try:
        view = act(by=request.user, query=listing.query, columns=[column.name for column in listing.columns],
                   **form.cleaned_data)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return {"view": form}
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return HttpResponseRedirect(listing.address(view=view.pk, list=view.list))


def delete_view(request, listing):
    view = mine(listing)
    list_actions.delete_view(view.pk, by=request.user)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return HttpResponseRedirect(listing.address(view=None))


def mine(listing):
    view = list_forms.own_view(listing)
    if view is None:
        raise SavedView.DoesNotExist
    return view


def export(request, listing):
    """A short list is downloaded at once. A long one, and one with names in full, is asked for and arrives in “My files”."""
    form = list_forms.ListExportForm(listing.user, request.POST)
    if not form.is_valid():
        return {"export": form}
    wish = form.cleaned_data
    try:
        if wish.get("in_full") or wish["form"] != Export.Form.XLSX or not excel.is_short(listing):
            return asked_for(request, TicketList(listing.desk, listing.user, query_of(listing), listing.now,
                                                 bool(wish.get("in_full"))), query_of(listing), wish)
        asking.check_place(listing.user)
        file = excel.export(listing, request=request, reason=wish["reason"])
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return {"export": form, "wait": getattr(refusal, "seconds", 0)}
    return FileResponse(file, as_attachment=True, filename=excel.file_name(listing), content_type=excel.CONTENT_TYPE)


def query_of(listing):
    """The address of the list without its page, for who reads it later."""
    return urlencode({**listing.kept, "list": listing.work.name})


def asked_for(request, source, query, wish):
    made = asking.ask(source, query=query, reason=wish["reason"], form=wish["form"], in_full=source.in_full, request=request,
                      now=source.now)
    said = _("Asked for: a duty leader has to approve it.") if made.needs_second else _("The file is being written.")
    messages.success(request, said)
    return redirect("tickets:exports")


ACTS = {act.__name__: act for act in (columns, usual_columns, save_view, change_view, delete_view, export)}


# --- one step for several tickets -----------------------------------------------------------------------------------


@audience(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def several(request, step_name):
    """GET: what would happen to each of the tickets. POST: it happens, to each by itself."""
    step = STEPS.get(step_name)
    if step is None or step.several is None:
        raise Http404
    back = local(request, request.POST.get("back") or request.GET.get("back", ""))
    if request.method == "POST":
        form = bulk.form_of(step, request.POST)
        asked = bulk.versions_of(request.POST.getlist("t"))
        if form.is_valid():
            return done(request, step, asked, back)
        return preview(request, step, list(asked), back, form, status=422)
    return preview(request, step, request.GET.getlist("t"), back, bulk.form_of(step, initial=request.GET.dict()))


def preview(request, step, numbers, back, form, status=200):
    plans = bulk.plans(step, numbers, request.user)
    bulk.look_at(form, plans, request.user, database_now())
    context = {"step": step, "plans": plans, "form": form, "back": back, "limit": bulk.LIMIT,
               "consequence": bulk.consequence(step, plans),
               "ready": sum(plan.is_ready for plan in plans), "too_many": len(set(numbers)) > bulk.LIMIT}
    return render(request, "tickets/several.html", context, status=status)


def done(request, step, asked, back):
    results = []
    for ticket_no, version in asked.items():
        if bulk.must_stop(results):
            results.append(bulk.not_tried(ticket_no))
        else:
            results.append(bulk.attempt(request, step, ticket_no, version, now=database_now()))
    context = {"step": step, "results": results, "back": back, "done": sum(result.is_done for result in results),
               "again": bulk.again(step, results, back)}
    return render(request, "tickets/several_done.html", context)


def local(request, address):
    """A page of ours to go back to, else the start page."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if ours else "/"
