"""manage.py load_demo: people, roster and a week of cases for the demo district 澄湖区. Safe to run again."""
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from accounts.instant import database_now
from dispatch import escalation
from hotline.demo import floor, knowledge, people, roster, story
from hotline.demo.password import demo_password
from insights.alerts import keeping as warnings
from suggesting import themes
from tickets.calendars import LOCAL
from tickets.models import Ticket

SMALLEST = 40


class Command(BaseCommand):
    help = "Fills the demo district with people and a week of cases, all played through the real actions. Never in production."

    def add_arguments(self, parser):
        parser.add_argument("--tickets", type=int, default=300, help=f"how many cases, at least {SMALLEST} (default: 300)")
        parser.add_argument("--seed", type=int, default=12345, help="another number makes another week")

    def handle(self, *args, tickets, seed, verbosity, **options):
        if settings.PRODUCTION or not settings.HOTLINE_DEMO:
            raise CommandError("The demo is off: its log-ins are public. HOTLINE_DEMO=1 turns it on, outside production only.")
        if tickets < SMALLEST:
            raise CommandError(f"At least {SMALLEST} cases are needed to show every state.")
        now = database_now()
        created = people.bring_in(password=demo_password(), now=now)
        cast = people.assemble()
        shifts = roster.fill(cast, now=now)
        seated = floor.fill(cast, now=now)
        self.stdout.write(f"demo: {created} people and {shifts} duty shifts added, {seated} operators took a seat")
        self.stdout.write(f"demo: {knowledge.stock(cast, now=now)} articles of knowledge added")
        if Ticket.objects.exists():
            self.stdout.write("demo: there are tickets already, none added")
            return
        self.play(cast, now, tickets, seed, verbosity)

    def play(self, cast, now, tickets, seed, verbosity):
        with tqdm(desc="demo: playing a week", unit="act", file=sys.stderr, disable=verbosity == 0, mininterval=0.5) as bar:
            def begin(total):
                bar.reset(total)
                return bar.update

            with transaction.atomic():  # all or nothing: stopped half-way, the next run begins again
                stage = story.play(cast, now=now, tickets=tickets, seed=seed, on_progress=begin)
        escalation.sweep(now=database_now())  # what came due while we played
        themes.look(now=database_now())  # the worker looks at the next full hour only
        warnings.look(now=database_now())
        since = stage.opens.astimezone(LOCAL)
        self.stdout.write(f"demo: {Ticket.objects.count()} tickets in every state, from {since:%Y-%m-%d %H:%M} until now")
