"""manage.py resume_sweep --by zhao.min: the clock is right again, go on escalating."""
from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from accounts.instant import database_now
from accounts.models import User, normalise_username
from dispatch import heartbeat


class Command(BaseCommand):
    help = "Starts escalation again after the clock guard stopped it. Check the server's time first."

    def add_arguments(self, parser):
        parser.add_argument("--by", required=True, help="log-in name of the person who checked the clock")

    def handle(self, *args, by, **options):
        person = User.objects.people().filter(username=normalise_username(by), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody is called {by}.")
        now = database_now()
        stopped = heartbeat.resume(now=now)
        if stopped is None:
            self.stdout.write("Escalation was not stopped.")
            return
        audit.record("CONFIG", user=person, now=now, what="resume_sweep", drift=stopped["drift"])
        self.stdout.write(f"Escalation goes on. It had stopped at {stopped['stopped_at']}, when the clock jumped by "
                          f"{stopped['drift']} s; the database's clock says {now.isoformat()}.")
