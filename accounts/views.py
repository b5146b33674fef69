"""Signing in and out, and one's own account."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import actions, audit, second_factor, sessions, sign_in
from accounts.access import anyone_signed_in, public
from accounts.faces import face_of
from accounts.forms import ChangePasswordForm, CodeForm, LanguageForm, NewPasswordForm, SignInForm
from accounts.instant import database_now, machine_now
from accounts.masking import mask_phone

ONE_YEAR = 365 * 86400
STEP_PAGES = {sign_in.CODE: "login-code", sign_in.ENROL: "login-enrol", sign_in.NEW_PASSWORD: "login-password"}


def local_url(request, fallback=None):
    """Where to go next, if it is a path of this site; "//evil" and "https://evil" are not."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    safe = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if safe else fallback or settings.LOGIN_REDIRECT_URL


def in_language(response, language):
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request):
    if request.htmx:  # a fragment was asked for after the session ended: the whole page must go to the log-in
        return HttpResponseClientRedirect(settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return redirect(local_url(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        now = database_now()
        try:
            user = sign_in.check_password(request, **form.cleaned_data, now=now)
        except (sign_in.WrongCredentials, sign_in.LockedOut) as refusal:
            status = explain(form, refusal)
        else:
            waiting = sign_in.wait(request, user, next_url=local_url(request), now=now)
            return proceed(request, user, waiting, now=now)
    return render(request, "registration/login.html", {"form": form, "next": local_url(request)}, status=status)


def explain(form, refusal) -> int:
    """The same words whatever was wrong; the status of the answer."""
    if isinstance(refusal, sign_in.LockedOut):
        form.add_error(None, _("Too many wrong tries. Please wait 15 minutes or ask the administrator."))
        return 429
    form.add_error(None, _("The log-in name, the password or the code is wrong."))
    return 200


def proceed(request, user, waiting, *, now):
    """To the next open step, or in."""
    step = sign_in.next_step(user, waiting)
    if step == sign_in.ENROL:
        second_factor.begin(user)
    if step is not None:
        return redirect(STEP_PAGES[step])
    sign_in.finish(request, user, waiting, now=now)
    sessions.begin(request.session, now=machine_now())
    return in_language(redirect(waiting.next_url), user.language)


def at_step(step):
    """Hands the view who waits at this step; everybody else starts again at the log-in page."""

    def decorate(view):
        @wraps(view)
        def guarded(request):
            now = database_now()
            try:
                user, waiting = sign_in.who_waits(request, at=step, now=now)
            except sign_in.NobodyWaits:
                return redirect("login")
            return view(request, user, waiting, now)

        return guarded

    return decorate


@public
@never_cache
@require_http_methods(["GET", "POST"])
@at_step(sign_in.CODE)
def login_code(request, user, waiting, now):
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            device = sign_in.check_code(request, user, code=form.cleaned_data["code"], now=now)
        except (sign_in.WrongCredentials, sign_in.LockedOut) as refusal:
            status = explain(form, refusal)
        else:
            return proceed(request, user, sign_in.passed(request, waiting, device), now=now)
    return render(request, "registration/login_code.html", {"form": form}, status=status)


@public
@never_cache
@require_http_methods(["GET", "POST"])
@at_step(sign_in.ENROL)
def login_enrol(request, user, waiting, now):
    """A role of this person demands a second factor, and there is none yet."""
    device = second_factor.waiting_device(user)
    if device is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = second_factor.confirm(user, code=form.cleaned_data["code"], now=now, request=request)
        if codes is not None:
            waiting = sign_in.passed(request, waiting, second_factor.device_of(user))
            response = proceed(request, user, waiting, now=now)
            return show_recovery_codes(request, codes, continue_to=response.url, cookies=response.cookies)
        form.add_error("code", _("This code does not fit; wait for the next one."))
    return render(request, "registration/login_enrol.html", enrolment(device, form))


def enrolment(device, form):
    return {"form": form, "picture": second_factor.picture(device), "secret": second_factor.secret(device)}


def show_recovery_codes(request, codes, *, continue_to, cookies=None):
    response = render(request, "registration/recovery_codes.html", {"codes": codes, "continue_to": continue_to})
    response.cookies.update(cookies or {})
    return response


@public
@never_cache
@sensitive_post_parameters("new_password", "repeated")
@require_http_methods(["GET", "POST"])
@at_step(sign_in.NEW_PASSWORD)
def login_password(request, user, waiting, now):
    """The password came from the administrator: nobody else may know the one that is used."""
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user, password=form.cleaned_data["new_password"], now=now, request=request)
        return proceed(request, user, sign_in.renewed(request, waiting, user), now=now)
    return render(request, "registration/login_password.html", {"form": form})


@public
@require_POST
def log_out(request):
    if request.user.is_authenticated:
        audit.record("LOGOUT", user=request.user, now=database_now(), request=request, what="session")
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@public
@require_POST
def language(request):
    form = LanguageForm(request.POST)
    response = redirect(local_url(request))
    if not form.is_valid():
        return response
    chosen = form.cleaned_data["language"]
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return in_language(response, chosen)


@anyone_signed_in
def account(request):
    context = {
        "memberships": sorted(request.user.membership_list, key=lambda m: (m.unit.path, m.role)),
        "language_form": LanguageForm(initial={"language": translation.get_language()}),
        "device": second_factor.device_of(request.user),
        "face": face_of(request.user, phone=mask_phone(request.user.phone)),
        "device_required": second_factor.is_required(request.user),
    }
    return render(request, "accounts/account.html", context)


@anyone_signed_in
@sensitive_post_parameters("present", "new_password", "repeated")
def change_password(request):
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["new_password"]
        actions.change_password(request.user, password=password, now=database_now(), request=request)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is changed; other sessions have ended."))
        return redirect("account")
    return render(request, "accounts/change_password.html", {"form": form})


@anyone_signed_in
@require_POST
def sign_out_everywhere(request):
    user = actions.sign_out_everywhere(request.user, now=database_now(), request=request)
    update_session_auth_hash(request, user)
    messages.success(request, _("All your other sessions and tokens have ended."))
    return redirect("account")


@anyone_signed_in
@require_POST
def begin_second_factor(request):
    second_factor.begin(request.user)
    return redirect("second-factor")


@anyone_signed_in
def enrol_second_factor(request):
    device = second_factor.waiting_device(request.user)
    if device is None:
        return redirect("account")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = database_now()
        codes = second_factor.confirm(request.user, code=form.cleaned_data["code"], now=now, request=request)
        if codes is not None:
            return show_recovery_codes(request, codes, continue_to=reverse("account"))
        form.add_error("code", _("This code does not fit; wait for the next one."))
    return render(request, "accounts/second_factor.html", enrolment(device, form))
