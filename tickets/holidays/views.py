"""The holiday table: read by everybody who sees deadlines, changed by administrators with a look before."""
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets.calendars import local_date
from tickets.holidays import check, months, table
from tickets.holidays.files import FIRST_YEAR, LAST_YEAR
from tickets.holidays.forms import ConfirmForm, DayForm, FileForm, sealed
from tickets.models import CalendarVersion

READERS = tuple(role for role in Role if role != Role.KE)  # everybody who sees clocks, and who answers for them
VERSIONS, SHIFTS = 50, 200


@audience(*READERS)
@require_safe
def calendar(request):
    return calendar_page(request)


def calendar_page(request, *, day_form=None, file_form=None, status=200):
    version, today = table.newest(), local_date(database_now())
    year = year_asked(request.GET.get("year", ""), today)
    missing = check.missing_year(version, today)
    rows = CalendarVersion.objects.select_related("by").order_by("-number")[:VERSIONS]
    context = {
        "year": year, "before": max(year - 1, FIRST_YEAR), "after": min(year + 1, LAST_YEAR),
        "is_entered": year in version.years, "missing": check.sentence(missing) if missing else "",
        "heads": months.heads(), "months": months.months(version, year, today), "specials": months.specials(version, year),
        "versions": months.versions(rows), "may_edit": request.user.has_role(Role.AD),
        "day_form": day_form or DayForm(auto_id="day-%s"), "file_form": file_form or FileForm(auto_id="file-%s"),
    }
    return render(request, "holidays/calendar.html", context, status=status)


def year_asked(text, today):
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return year if FIRST_YEAR <= year <= LAST_YEAR else today.year


@audience(Role.AD)
@require_POST
def day(request):
    form = DayForm(request.POST, auto_id="day-%s")
    if not form.is_valid():
        return calendar_page(request, day_form=form, status=422)
    return look(request, form.change)


@audience(Role.AD)
@require_POST
def file(request):
    form = FileForm(request.POST, request.FILES, auto_id="file-%s")
    if not form.is_valid():
        return calendar_page(request, file_form=form, status=422)
    return look(request, form.change)


def look(request, change, *, form=None, status=200):
    """What the change would do. Nothing is written."""
    version, now = table.newest(), database_now()
    form = form or ConfirmForm(initial={"sealed": sealed(change), "base": version.number})
    changes = change.against(version)
    impact = table.impact(change, version, now)
    context = {
        "form": form, "differences": months.differences(changes), "impact": impact, "shifts": impact.moved[:SHIFTS],
        "more": max(len(impact.moved) - SHIFTS, 0), "year": year_of(change),
        "becomes_complete": change.year if change.year not in version.years else None,
        "changes_nothing": not changes and (change.year is None or change.year in version.years),
    }
    return render(request, "holidays/preview.html", context, status=status)


def year_of(change):
    return change.year or int(next(iter(change.days))[:4])


@audience(Role.AD)
@require_POST
def confirm(request):
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        if "sealed" in form.errors or "base" in form.errors:
            messages.error(request, _("The preview is too old: begin again."))
            return redirect("tickets:calendar")
        return look(request, form.change, form=form, status=422)
    given = form.cleaned_data
    try:
        made, moved = table.change_table(change=form.change, base=given["base"], reason=given["reason"], apply=given["apply"],
                                         by=request.user, now=database_now(), request=request)
    except table.Overtaken as faster:
        form = ConfirmForm({**request.POST.dict(), "base": faster.newest.number})
        form.add_error(None, _("Somebody changed the table meanwhile. This is what your change would do now."))
        return look(request, form.change, form=form, status=409)
    except table.NothingChanges:
        messages.info(request, _("The table says so already."))
    else:
        messages.success(request, _("Version %(number)s of the holiday table counts now; due dates moved: %(moved)s.")
                         % {"number": made.number, "moved": moved})
    return redirect(f"{reverse('tickets:calendar')}?year={year_of(form.change)}")
