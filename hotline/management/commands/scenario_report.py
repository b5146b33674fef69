"""manage.py scenario_report [NAME]: the figures of a scenario, counted from the database, beside the published ones."""
from django.core.management.base import BaseCommand

from insights.published.measured import PLAYED
from tickets.calendars import LOCAL

HOLDS = {True: "as published", False: "NOT as published", None: ""}


class Command(BaseCommand):
    help = "Prints the figures of a scenario, recomputed from the database, and whether they are the published ones."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", choices=PLAYED, help="all of them when no one is named")

    def handle(self, *args, name, **options):
        for played in [PLAYED[name]] if name else PLAYED.values():
            print_report(played, self.stdout)


def print_report(played, out):
    since, until = (moment.astimezone(LOCAL) for moment in (played.since, played.until))
    out.write(f"{played.name}: {played.title} [{since:%Y-%m-%d %H:%M}, {until:%Y-%m-%d %H:%M})")
    for line in played.measure():
        cut = f"; cut off: {line.cut}" if getattr(line, "cut", "") else ""
        out.write(f"  {line.label}: {line.published} <- {line.recomputed}{cut}  {HOLDS[line.holds]}".rstrip())
    out.write(f"  {played.fitted}")
