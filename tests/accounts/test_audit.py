import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.test import RequestFactory
from structlog.contextvars import bound_contextvars

from accounts import audit
from accounts.middleware import RefusalAuditMiddleware
from accounts.models import AuditEntry
from tests.accounts.people import MONDAY_NOON, person


def test_an_entry_says_who_what_when_from_where_and_the_result(db):
    user, request = person(), RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")

    with bound_contextvars(request_id="r-1"):
        entry = audit.record(
            "UNMASK", user=user, now=MONDAY_NOON, request=request, ticket_no="T1", what="phone", reason="call", field=7
        )

    entry.refresh_from_db()
    assert (entry.user, entry.at, entry.kind, entry.ticket_no, entry.what, entry.reason, entry.result) == (
        user, MONDAY_NOON, "UNMASK", "T1", "phone", "call", "ok",
    )  # fmt: skip
    assert (entry.ip, entry.request_id, entry.data) == ("10.1.2.3", "r-1", {"field": 7})


@pytest.mark.parametrize("statement", ["UPDATE accounts_auditentry SET reason = 'other'", "DELETE FROM accounts_auditentry"])
def test_the_log_cannot_be_changed_in_raw_sql(db, statement):
    audit.record("LOGIN", user=None, now=MONDAY_NOON)

    with pytest.raises(InternalError, match="[Cc]annot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.get().reason == ""


def test_the_log_cannot_be_changed_through_the_model_either(db):
    entry = audit.record("LOGIN", user=None, now=MONDAY_NOON)

    with pytest.raises(InternalError), transaction.atomic():
        entry.save()
    with pytest.raises(InternalError), transaction.atomic():
        entry.delete()


def test_a_refused_page_leaves_an_entry(db):
    request = RequestFactory().get("/people/")
    request.user = person("op", "OP")

    answer = RefusalAuditMiddleware(None).process_exception(request, PermissionDenied())

    assert answer is None
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.user, entry.what, entry.result) == ("DENIED", request.user, "GET /people/", "refused")
