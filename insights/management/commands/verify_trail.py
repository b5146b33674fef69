"""manage.py verify_trail: computes every event's hash again and says which ticket's trail is not what was written."""
import sys
import time

from django.core.management.base import BaseCommand

from insights import chains


class Command(BaseCommand):
    help = "Checks the hash chain of every ticket. Reads nothing but the database; exit code 1 on faults."

    def add_arguments(self, parser):
        parser.add_argument("tickets", nargs="*", metavar="TICKET_NO", help="only these tickets")

    def handle(self, *args, tickets, **options):
        begun = time.perf_counter()
        walk = chains.Walk(only=tickets)
        for fault in walk:
            self.stdout.write(fault)
        seconds = max(time.perf_counter() - begun, 0.001)
        self.stdout.write(f"{walk.tickets} tickets, {walk.events} events in {seconds:.1f} s "
                          f"({walk.events / seconds:,.0f} a second): {walk.faults} faults in {walk.faulty} tickets.")
        if walk.faults:
            sys.exit(1)
