"""manage.py load_scenario NAME: a published day of a real hotline, played through the real actions of the demo's people."""
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.instant import database_now
from hotline.demo import people
from hotline.demo.machines import refresh_statistics
from hotline.demo.password import demo_password
from hotline.management.commands.scenario_report import print_report
from hotline.scenarios import play
from hotline.scenarios.plan import SCENARIOS
from insights import audit
from insights.published.measured import PLAYED


class Command(BaseCommand):
    help = "Plays a published day of a hotline in the demo district and prints its figures. Stopped half-way, it goes on."

    def add_arguments(self, parser):
        parser.add_argument("name", choices=SCENARIOS)
        parser.add_argument("--share", type=float, default=1, help="of its matters, in the same proportions (default: 1, all)")

        parser.add_argument("--jobs", type=int, default=1, help="so many processes play at the same time (default: 1)")

    def handle(self, *args, name, share, jobs, verbosity, **options):
        if settings.PRODUCTION or not settings.HOTLINE_DEMO:
            raise CommandError("The demo is off: a scenario would stand among true cases. HOTLINE_DEMO=1 turns it on, outside "
                               "production only.")
        if not 0 < share <= 1:
            raise CommandError("The share is more than 0 and at most 1.")
        scenario = SCENARIOS[name] if share == 1 else SCENARIOS[name].shrunk(share)
        try:
            missing = play.missing(scenario)
        except play.OtherSize:
            raise CommandError(f"{name} is loaded already, with another share: once in a district is enough.") from None
        if missing:
            try:
                self.play(scenario, missing, jobs, verbosity)
            except play.Interrupted:
                raise CommandError("One of the processes has ended too early. Begun again, the load goes on.") from None
        else:
            self.stdout.write(f"{name}: all {scenario.tickets} matters are loaded already, none added")
        self.close(name)

    def play(self, scenario, missing, jobs, verbosity):
        people.bring_in(password=demo_password(), now=database_now())
        known = scenario.tickets - len(missing)
        with tqdm(desc=scenario.name, total=scenario.tickets, initial=known, unit="matter", file=sys.stderr,
                  disable=verbosity == 0, mininterval=0.5) as bar:
            cast = people.assemble()
            if jobs > 1:
                play.load_by_several(scenario, cast, missing, jobs=jobs, on_progress=bar.update)
            else:
                play.load(scenario, cast, missing, on_progress=bar.update)
        refresh_statistics()
        self.stdout.write(f"{scenario.name}: {len(missing)} matters added, {known} were there")

    def close(self, name):
        print_report(PLAYED[name], self.stdout)
        broken = audit.broken(audit.run(now=database_now()))
        for finding in broken:
            self.stdout.write(f"audit: {finding.code} {finding.count}: {finding.rule}")
        self.stdout.write(f"audit: {sum(finding.count for finding in broken)} findings")
