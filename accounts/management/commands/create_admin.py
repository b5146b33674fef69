from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actions
from accounts.instant import database_now
from accounts.models import Unit, User
from accounts.roles import Role


class Command(BaseCommand):
    help = "Create an administrator with a random password, which is printed once and must be changed at first sign-in."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the name that colleagues see")
        parser.add_argument("--unit", default="RX", help="code of the unit (default: RX, the hotline centre)")

    @transaction.atomic
    def handle(self, *, username, name, unit, **options):
        place = Unit.objects.filter(code=unit).first()
        if place is None:
            raise CommandError(f"There is no unit {unit}; run `manage.py load_reference` first.")
        now = database_now()
        try:
            user, password = actions.create_user(username=username, display_name=name or username, by=None, now=now)
        except ValidationError as refusal:
            raise CommandError("; ".join(refusal.messages)) from refusal
        actions.grant(user, place, Role.AD, by=None, now=now)
        self.stdout.write(f"Administrator {user.username}, first password (shown only now): {password}")
        others = User.objects.filter(memberships__role=Role.AD, is_active=True).exclude(pk=user.pk).count()
        if others:
            self.stdout.write(f"There are {others} other administrators.")
