"""Draw the sample of a week again from the trail, and compare: manage.py verify_sample 2026-W12"""
from datetime import datetime

from django.core.management import BaseCommand, CommandError

from followup.models import SampleSeed
from followup.sampling import drawing


class Command(BaseCommand):
    help = "Draws the sample of unreachable callbacks of a week again; exit code 1 when it is not what was kept."

    def add_arguments(self, parser):
        parser.add_argument("week", help="for example 2026-W12")

    def handle(self, *args, week, **options):
        try:
            monday = datetime.strptime(f"{week}-1", "%G-W%V-%u").date()
        except ValueError:
            raise CommandError(f"{week} names no week; write it like 2026-W12") from None
        if not SampleSeed.objects.filter(week=monday).exists():
            raise CommandError(f"The seed of {week} was not published.")
        if found := drawing.differences(monday):
            raise CommandError("\n".join(found))
        self.stdout.write(f"{week}: seed and sample are what the trail says.")
