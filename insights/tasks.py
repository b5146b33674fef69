"""The nightly edge of the audit: reads the clock, looks, and tells supervisors and administrators what is broken."""
import structlog
from celery import shared_task

from accounts.instant import database_now
from insights import audit, chains
from insights.alerts import broadcasts
from insights.alerts import keeping as warning
from insights.reports import making
from insights.rollups import keeping

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True, soft_time_limit=1800, time_limit=1900)
def audit_invariants():
    """Every rule, then the hash chain of every ticket."""
    now = database_now()
    findings = audit.broken([*audit.run(now=now), chains.finding()])
    for finding in findings:
        log.error("invariant_broken", code=finding.code, count=finding.count, examples=finding.examples)
    if findings:
        audit.raise_alarm(findings, now=now)


@shared_task(ignore_result=True)
def fold_hours():
    """Count the marked hours again, for a while; the next look goes on."""
    for _batch in range(20):
        if keeping.fold() < keeping.BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=600, time_limit=620)
def make_reports():
    """What is due by now, and what somebody asked for."""
    making.ask_for_due(database_now())
    making.make_all(database_now)


@shared_task(ignore_result=True, soft_time_limit=100, time_limit=110)
def look_for_warnings():
    made = warning.look(now=database_now())
    if made:
        log.info("early_warning", alerts=[alert.pk for alert in made])


@shared_task(ignore_result=True)
def send_broadcasts():
    broadcasts.send(clock=database_now)
