"""manage.py import_messages messages.jsonl --channel 门户网站 --limit 500: messages of a channel, for review."""
import sys
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from tqdm import tqdm

from accounts.instant import database_now
from accounts.models import User, normalise_username
from accounts.roles import Role
from tickets.actions import Refused
from tickets.choices import Channel
from tickets.imports import BadLine, UnknownChannel, channel_called, parse, take_in


class Command(BaseCommand):
    help = ("Takes in messages, one JSON object a line (topic, detail, time, message_id, user). A bad line is reported and "
            "the rest goes on; what was taken in before is left alone. Exit code 1 when a line was bad.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--channel", default=Channel.PORTAL.value, help="code or name: portal (the default), 门户网站 …")
        parser.add_argument("--limit", type=int, help="only the first so many lines")
        parser.add_argument("--as", dest="operator", default="op", help="the operator who registers them (default: op)")

    def handle(self, *args, file, channel, limit, operator, verbosity, **options):
        self.channel, self.operator = self.find_channel(channel), self.find_operator(operator)
        if limit is not None and limit < 1:
            raise CommandError("--limit is a number from 1 on.")
        counted = {"new": 0, "known": 0, "bad": 0}
        with translation.override("en"), self.opened(file) as lines:
            filled = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
            for number, line in tqdm(islice(filled, limit), desc="import", unit=" lines", total=limit, file=sys.stderr,
                                     disable=verbosity == 0, mininterval=0.5):
                counted[self.take(number, line)] += 1
        self.stdout.write("{new} imported, {known} were there already, {bad} bad lines".format(**counted))
        if counted["bad"]:
            sys.exit(1)

    def take(self, number, line):
        try:
            is_new = take_in(parse(line), channel=self.channel, by=self.operator, now=database_now())
        except (BadLine, Refused) as problem:
            with tqdm.external_write_mode(file=sys.stderr):
                self.stderr.write(f"line {number}: {problem}")
            return "bad"
        return "new" if is_new else "known"

    def find_channel(self, name):
        try:
            return channel_called(name)
        except UnknownChannel:
            raise CommandError(f"There is no channel {name}; there are {', '.join(Channel.values)}.") from None

    def find_operator(self, login):
        person = User.objects.people().filter(username=normalise_username(login), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody is called {login}: name an operator with --as.")
        if not person.has_role(Role.OP, Role.OPS):
            raise CommandError(f"{login} is no operator and cannot register matters: name one with --as.")
        return person

    def opened(self, file):
        try:
            return file.open("rb")
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
