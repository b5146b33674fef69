from django.core.management.base import BaseCommand

from accounts.units import load_units
from tickets import reference


class Command(BaseCommand):
    help = "Load the units, categories, SLA profiles and holidays that are missing. Safe to run again."

    def handle(self, *args, **options):
        load_units()
        self.stdout.write(f"reference data: {reference.load()} new rows")
