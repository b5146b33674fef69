"""manage.py write_exports: writes the files that wait, and ends. The worker starts it when there is one (tickets/tasks.py)."""
from django.core.management.base import BaseCommand

from accounts.instant import database_now
from hotline import desks
from hotline.garbage import spare_what_is_loaded
from tickets import queues
from tickets.exports import making


class Command(BaseCommand):
    help = "Writes the exports that wait for their turn."
    requires_system_checks: list = []  # started for each file: the checks have been made when the worker began

    def handle(self, *args, **options):
        spare_what_is_loaded()
        begun = making.make_all((*desks.DESKS, queues.EVERYTHING), database_now)
        if options["verbosity"] > 1:
            self.stdout.write(f"exports: {begun} begun")
