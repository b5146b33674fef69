"""The product's own audit as an assertion, for tests that take tickets through their lives."""
import pgtrigger
from django.db import connection

from insights import audit, chains

SWITCHED_OFF = ("tickets.TicketEvent:event_no_truncate", "accounts.AuditEntry:never_emptied")  # by tests/conftest.py


def with_all_triggers():
    """Put the product's triggers in force that tests switch off. Inside a test's transaction this ends with it."""
    pgtrigger.enable(*SWITCHED_OFF)


def check_deferred():
    """Fire now what the database would check at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def broken(now):
    """Whatever the audit finds, as {code: (count, examples)}; the chains included."""
    findings = audit.broken([*audit.run(now=now), chains.finding()])
    return {finding.code: (finding.count, finding.examples) for finding in findings}


def codes(now):
    return set(broken(now))
