import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver

from accounts import api_urls, urls
from accounts.access import EVERYBODY, SIGNED_IN, anyone_signed_in, audience, public
from accounts.roles import Role
from tests.accounts.people import person


def page(request):
    return HttpResponse("secret")


def ask(view, user):
    request = RequestFactory().get("/")
    request.user = user
    return view(request).status_code


@pytest.mark.parametrize("role", Role.values)
def test_only_the_named_roles_get_in(db, role):
    view = audience(Role.OP, Role.RV)(page)

    if role in {"OP", "RV"}:
        assert ask(view, person("somebody", role)) == 200
    else:
        with pytest.raises(PermissionDenied):
            ask(view, person("somebody", role))


def test_who_has_no_role_or_no_account_is_refused(db):
    for user in (person(), AnonymousUser()):
        with pytest.raises(PermissionDenied):
            ask(audience(Role.OP)(page), user)


def test_anyone_signed_in_means_an_account(db):
    assert ask(anyone_signed_in(page), person()) == 200
    with pytest.raises(PermissionDenied):
        ask(anyone_signed_in(page), AnonymousUser())


def test_a_superuser_gets_no_further_than_his_roles(db):
    with pytest.raises(PermissionDenied):
        ask(audience(Role.OP)(page), person(is_superuser=True, is_staff=True))


def test_the_audience_is_written_on_the_view():
    assert audience(Role.OP)(page).audience == ("OP",)
    assert anyone_signed_in(page).audience == SIGNED_IN
    opened = public(lambda request: None)
    assert opened.audience == EVERYBODY
    assert opened.login_required is False


@pytest.mark.parametrize("roles", [(), ("XX",)])
def test_an_audience_of_nobody_known_is_a_mistake(roles):
    with pytest.raises((TypeError, ValueError)):
        audience(*roles)


def test_every_page_of_this_app_says_who_may_see_it():
    routes = [*get_resolver(urls).url_patterns, *api_urls.urlpatterns]

    for route in routes:
        view = route.callback
        assert getattr(view, "audience", None) or view.cls.audience, route
