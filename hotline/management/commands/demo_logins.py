"""manage.py demo_logins: who can sign in at the demo, and the password. `make run` shows it."""
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import Membership, Unit
from accounts.roles import Role
from hotline.demo.password import demo_password
from hotline.demo.people import HOTLINE, UNIT_POSTS, WORK

EXAMPLES = ("ZJ", "CG", "WJ", "WJJD", "WJJD-01")  # units shown without --all


class Command(BaseCommand):
    help = "Prints the log-ins of the demo and their password."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="every unit, not only some of them")

    def handle(self, *args, **options):
        if settings.PRODUCTION or not settings.HOTLINE_DEMO:
            raise CommandError("The demo is off.")
        known = set(Membership.objects.values_list("user__username", flat=True))
        names = dict(Unit.objects.values_list("code", "name"))
        self.stdout.write(f"Password of all demo log-ins: {demo_password()}\n")
        self.stdout.write(f"{'log-in':<12} {'role':<20} what they do (unit)")
        for login, role, unit in self.shown(names, options["all"]):
            if login in known:
                with translation.override("en"):
                    label = str(Role(role).label)
                self.stdout.write(f"{login:<12} {label:<20} {WORK[role]} ({names[unit]})")
        if not options["all"]:
            self.stdout.write("Every unit has li.<code>, hd.<code> and ul.<code>: `manage.py demo_logins --all` lists them.")

    def shown(self, names, everybody):
        codes = Unit.objects.receivers().order_by("path").values_list("code", flat=True) if everybody else EXAMPLES
        known = [code for code in codes if code in names]
        return [*HOTLINE, *((f"{post}.{code.lower()}", role, code) for code in known for post, role in UNIT_POSTS)]
