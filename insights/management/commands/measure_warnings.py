"""manage.py measure_warnings FILE.jsonl: how often the early warning of clusters is a false alarm, as JSON."""
import json
import sys
from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from insights.alerts import clusters, keeping, measuring
from suggesting import messages


class Command(BaseCommand):
    help = ("Plays a file of messages (a JSON object a line: topic, detail, user, time, message_id) in its order through the "
            "detector of clusters and prints the warnings, how many were of a matter that went on, and the false-alarm rate.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--days", type=int, default=30, help="after a warning in which a real matter goes on (default: 30)")
        parser.add_argument("--rule", action="append", default=[], metavar="MINUTES:PEOPLE", help="instead of those in force")

    def handle(self, *, file, days, rule, **options):
        rules = tuple(map(self.rule, rule)) or keeping.rules()
        if days < 1:
            raise CommandError("--days must be at least 1.")
        try:
            read = messages.read(file)
            warned = measuring.play(read, days=days, rules=rules, progress=self.progress)
        except messages.Malformed as trouble:
            raise CommandError(str(trouble)) from None
        found = measuring.figures(warned, messages=len(read), days=days, rules=rules)
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))

    def rule(self, text):
        minutes, _colon, least = text.partition(":")
        if not (minutes.isdecimal() and least.isdecimal() and int(minutes) > 0 and int(least) > 1):
            raise CommandError(f"--rule {text}: say MINUTES:PEOPLE, at least two people.")
        return clusters.Rule(timedelta(minutes=int(minutes)), int(least))

    def progress(self, share):
        if sys.stderr.isatty() and int(share * 1000) % 10 == 0:
            self.stderr.write(f"\r{share:.0%}", ending="")
