"""manage.py fetch_mail: look into the mailbox now, and say what came."""
from django.core.management.base import BaseCommand, CommandError

from accounts.instant import database_now
from tickets.channels import mail


class Command(BaseCommand):
    help = ("Reads what is new in the mailbox of HOTLINE_IMAP_HOST into the inbox of messages, as the worker does every "
            "minute. Exit code 1 when the mailbox cannot be read.")

    def handle(self, **options):
        if not mail.is_configured():
            raise CommandError("No mailbox is configured: set HOTLINE_IMAP_HOST, HOTLINE_IMAP_USER and HOTLINE_IMAP_PASSWORD.")
        try:
            done = mail.fetch(now=database_now())
        except mail.MailTrouble as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"{done.new} new, {done.known} were there already")
