"""These tests make a unit tree of their own: they start without the reference data of the others."""
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

MIGRATION = import_module("accounts.migrations.0002_system_user")


@pytest.fixture(autouse=True)
def no_reference_data(request):
    marker = request.node.get_closest_marker("django_db")
    wanted = {"db", "transactional_db"} & set(request.fixturenames)
    if marker is None and not wanted:
        return
    committed = "transactional_db" in wanted or (marker is not None and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if committed else "db")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_category; DELETE FROM accounts_unit")
    MIGRATION.create_system_user(apps, None)  # a test that commits, run before, has emptied the tables
