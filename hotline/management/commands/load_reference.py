from django.core.management.base import BaseCommand

from accounts.instant import database_now
from accounts.units import load_units
from dispatch.rulebook import writing
from tickets import reference


class Command(BaseCommand):
    help = "Load the units, categories, SLA profiles, holidays and routing rules that are missing. Safe to run again."

    def handle(self, *args, **options):
        load_units()
        rows = reference.load() + writing.load(now=database_now())
        self.stdout.write(f"reference data: {rows} new rows")
