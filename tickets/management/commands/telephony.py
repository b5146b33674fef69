"""manage.py telephony freeswitch|asterisk: listens to the telephone system and takes what it tells. `webhook`: JSON lines."""
import sys
import time

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connections

from accounts.instant import database_now, machine_now
from tickets.telephony import adapters, events

log = structlog.get_logger(__name__)
PAUSES = (1, 2, 5, 10, 30)  # seconds between two tries to connect
AGAIN = 2.0  # seconds until an event is tried again while the database is gone
TRIES = 150  # five minutes; after that the telephone system is asked anew


class Command(BaseCommand):
    help = "Listens to the telephone system named by HOTLINE_TELEPHONY_ADDRESS, for ever, and writes down what it tells."

    def add_arguments(self, parser):
        parser.add_argument("adapter", choices=adapters.NAMES)

    def handle(self, *, adapter, **options):
        config, speaks = settings.TELEPHONY, adapters.adapter(adapter)
        if adapter == "webhook":
            speaks.listen(config, take, clock=machine_now, lines=sys.stdin)
            return
        if not config["address"]:
            raise CommandError("HOTLINE_TELEPHONY_ADDRESS is not set (host:port).")
        tries = 0
        while True:
            begun = time.monotonic()
            try:
                speaks.listen(config, take, clock=machine_now)
            except adapters.Unreachable as error:
                tries = 0 if time.monotonic() - begun > PAUSES[-1] else tries + 1
                log.warning("telephony_line_lost", adapter=adapter, error=str(error))
                time.sleep(PAUSES[min(tries, len(PAUSES) - 1)])


def take(body):
    """One event. What makes no sense is left out and said in the log, without its content; the database is waited for."""
    for _try in range(TRIES):
        try:
            now = database_now()
            form = events.EventForm(body, now=now)
            if form.is_valid():
                events.take(now=now, **form.cleaned_data)
            else:
                log.warning("telephony_event_refused", fields=sorted(form.errors))
            return
        except events.OtherBody:
            log.warning("telephony_event_reused")
            return
        except (OperationalError, InterfaceError) as error:
            log.warning("telephony_database_gone", error=type(error).__name__)
            connections.close_all()
            time.sleep(AGAIN)
