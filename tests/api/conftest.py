"""Signed-in callers of the API, and the people and reference data that all its tests need."""
import pytest
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts import tokens
from accounts.instant import database_now


@pytest.fixture(autouse=True)
def no_limits(monkeypatch):
    """Tests ask faster than people; the limits have their own test."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"reading": None, "writing": None})


@pytest.fixture
def people(crowd, db):
    return crowd


@pytest.fixture
def api():
    """api(user): a client that carries a fresh token of this user. English, so that sentences can be compared."""

    return caller


def caller(user=None, **options):
    client = APIClient(headers={"accept-language": "en"}, **options)
    if user is not None:
        key, _token = tokens.issue(user=user, now=database_now())
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client
