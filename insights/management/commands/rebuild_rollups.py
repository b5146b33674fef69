"""manage.py rebuild_rollups: the hourly figures from scratch, or whether they are what they would be."""
import sys

from django.core.management.base import BaseCommand

from insights.models import HourlyFigures
from insights.rollups import checking, keeping


class Command(BaseCommand):
    help = "Counts all hourly figures again. With --check writes nothing; exit code 1 when an hour is not what its rows say."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="only compare")

    def handle(self, *args, check, **options):
        if check:
            self.compare()
        else:
            keeping.rebuild(self.progress)
            self.stdout.write(f"\n{HourlyFigures.objects.count()} rows.")

    def progress(self, share):
        self.stdout.write(f"\r{share:.0%}", ending="")
        self.stdout.flush()

    def compare(self):
        wrong = checking.differences()
        for line in wrong[:20]:
            self.stdout.write(line)
        if wrong:
            self.stderr.write(f"{len(wrong)} hours differ from their rows.")
            sys.exit(1)
        self.stdout.write("Every hour is what its rows say.")
