"""The people page of the administrator, and the duty roster."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, second_factor
from accounts.access import anyone_signed_in, audience
from accounts.confirming import asks_first
from accounts.faces import face_of
from accounts.forms import GrantForm, PersonForm, ShiftForm
from accounts.instant import database_now
from accounts.models import DutyShift, User
from accounts.privacy import mask_phone
from accounts.roles import Role
from accounts.roster import LEADING

PAGE_SIZE = 50
WEEK = timedelta(days=7)
OLD_PASSWORD_ENDS = gettext_lazy("The present password stops working at once, and all sessions of this person end.")
CODES_END = gettext_lazy("The phone that is set up gives no more valid codes; it has to be set up anew.")
OWN_ACCOUNT = gettext_lazy("Nobody changes their own account here; ask another administrator.")
WORK_ENDS = gettext_lazy("All sessions of this person end at once, and nobody is told by the bell any more.")


def take_errors(form, refusal: ValidationError) -> None:
    """What an action refused, shown at the field it is about."""
    if hasattr(refusal, "error_dict"):
        for field, errors in refusal.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(None, refusal)


@audience(Role.AD)
def people(request):
    words = request.GET.get("q", "").replace("\x00", "").strip()[:50]
    users = User.objects.people().prefetch_related("memberships__unit").order_by("username", "id")
    if words:
        users = users.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    page = Paginator(users, PAGE_SIZE).get_page(request.GET.get("page"))
    columns = (_("Name"), _("Roles"), _("Status"))
    return render(request, "accounts/people.html", {"page": page, "words": words, "columns": columns})


@audience(Role.AD)
def new_person(request):
    form = PersonForm(request.POST or None, initial={"language": User.Language.CHINESE})
    if request.method == "POST" and form.is_valid():
        try:
            person, password = actions.create_user(**form.cleaned_data, by=request.user, now=database_now(), request=request)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            return show_password(request, person, password)
    return render(request, "accounts/new_person.html", {"form": form})


def show_password(request, person, password):
    """This once, in the answer itself: it is kept nowhere."""
    return render(request, "accounts/first_password.html", {"person": person, "password": password})


def found(person_id) -> User:
    return get_object_or_404(User.objects.people(), pk=person_id)


@audience(Role.AD)
def person(request, person_id):
    return person_page(request, found(person_id), GrantForm())


def person_page(request, person, form, status=200):
    context = {
        "person": person,
        "phone": mask_phone(person.phone),
        "memberships": sorted(person.membership_list, key=lambda m: (m.unit.path, m.role)),
        "has_device": second_factor.device_of(person) is not None,
        "is_self": person == request.user,
        "form": form,
        "face": face_of(person, phone=mask_phone(person.phone)),
        "follows": {"password": OLD_PASSWORD_ENDS, "codes": CODES_END, "off": WORK_ENDS},
    }
    return render(request, "accounts/person.html", context, status=status)


@audience(Role.AD)
@require_POST
def grant(request, person_id):
    person = found(person_id)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            actions.grant(person, **form.cleaned_data, by=request.user, now=database_now(), request=request)
        except ValidationError as refusal:
            take_errors(form, refusal)
        except actions.OwnAccount:
            form.add_error(None, OWN_ACCOUNT)
        else:
            return redirect("person", person_id)
    return person_page(request, person, form, status=422)


@audience(Role.AD)
@require_POST
def revoke(request, person_id, membership_id):
    membership = get_object_or_404(found(person_id).memberships.select_related("unit", "user"), pk=membership_id)
    try:
        actions.revoke(membership, by=request.user, now=database_now(), request=request)
    except actions.OwnAccount:
        messages.warning(request, OWN_ACCOUNT)
    return redirect("person", person_id)


@audience(Role.AD)
@require_POST
@asks_first(OLD_PASSWORD_ENDS, gettext_lazy("Reset password"))
def reset_password(request, person_id):
    person = found(person_id)
    try:
        password = actions.reset_password(person, by=request.user, now=database_now(), request=request)
    except actions.OwnAccount:
        messages.warning(request, OWN_ACCOUNT)
        return redirect("person", person_id)
    return show_password(request, person, password)


@audience(Role.AD)
@require_POST
@asks_first(WORK_ENDS, gettext_lazy("Switch off"))
def switch(request, person_id):
    """Deactivate or reactivate, as the button said."""
    change = actions.reactivate if request.POST.get("active") == "1" else actions.deactivate
    try:
        change(found(person_id), by=request.user, now=database_now(), request=request)
    except actions.OwnAccount:
        messages.warning(request, OWN_ACCOUNT)
    return redirect("person", person_id)


@audience(Role.AD)
@require_POST
@asks_first(CODES_END, gettext_lazy("Remove one-time codes"))
def remove_second_factor(request, person_id):
    second_factor.remove(found(person_id), by=request.user, now=database_now(), request=request)
    return redirect("person", person_id)


@anyone_signed_in
def roster(request):
    return roster_page(request, ShiftForm())


def roster_page(request, form, status=200):
    now = database_now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    shifts = DutyShift.objects.overlapping(start, start + WEEK).select_related("unit", "user")
    shifts = list(shifts.order_by("starts_at", "kind", "unit__path", "id"))
    now_on = [shift for shift in shifts if shift.starts_at <= now < shift.ends_at]
    context = {
        "leading": [shift for shift in now_on if shift.kind in LEADING],
        "units": [shift for shift in now_on if shift.kind not in LEADING],
        "coming": [shift for shift in shifts if shift.starts_at > now],
        "columns": (_("Duty"), _("Person"), _("From – until"), ""),
        "may_edit": request.user.has_role(Role.OPS, Role.AD),
        "form": form,
    }
    return render(request, "accounts/roster.html", context, status=status)


@audience(Role.OPS, Role.AD)
@require_POST
def add_shift(request):
    form = ShiftForm(request.POST)
    if form.is_valid():
        try:
            actions.add_shift(**form.cleaned_data, by=request.user, now=database_now(), request=request)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            return redirect("roster")
    return roster_page(request, form, status=422)


@audience(Role.OPS, Role.AD)
@require_POST
def remove_shift(request, shift_id):
    shift = get_object_or_404(DutyShift.objects.select_related("unit", "user"), pk=shift_id)
    actions.remove_shift(shift, by=request.user, now=database_now(), request=request)
    return redirect("roster")
