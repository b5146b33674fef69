"""Guessing links is slow: wrong, used and expired ones are counted, for each sender and for all of them together.

The rows are in the database, which all web processes share and without which no questionnaire could be shown anyway: a
counter in the cache would fall to each process alone, and one in the queue's server would be lost or lifted with it.
Several requests at the same moment may all pass the last place: a few more tries mean nothing against 128 bits.
"""
import ipaddress
from datetime import timedelta

import structlog

from accounts.privacy import keyed_hash
from followup.models import SurveyMiss

log = structlog.get_logger(__name__)
WINDOW = timedelta(minutes=15)
OF_ONE = 20  # a network of mobile phones shows many citizens as one address, and some of them tap twice
OF_ALL = 600


def is_spent(address, *, now):
    """Whether this sender has to wait, whatever he asks for now."""
    return misses(now).filter(source=source_of(address)).count() >= OF_ONE


def note_miss(address, *, now):
    """Count one; False when all senders together have used up the limit.

    Beyond it nothing more is written, and nothing but a true link is answered. True links stay open: otherwise anybody
    could close the questionnaire to everybody.
    """
    used = misses(now).count()
    if used >= OF_ALL:
        return False
    SurveyMiss.objects.create(at=now, source=source_of(address))
    if used + 1 == OF_ALL:
        log.warning("survey_limit_reached", misses=OF_ALL, minutes=WINDOW.seconds // 60)
    return True


def misses(now):
    return SurveyMiss.objects.filter(at__gt=now - WINDOW)


def forget(*, now):
    SurveyMiss.objects.filter(at__lte=now - WINDOW).delete()


def source_of(address):
    """A home has a whole /64 of addresses under IPv6: they count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return keyed_hash("survey sender")  # a socket without an address: all of these together
    if isinstance(known, ipaddress.IPv6Address):
        return keyed_hash(f"survey sender {known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False)}")
    return keyed_hash(f"survey sender {known}")
