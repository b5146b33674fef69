"""manage.py hot_topics FILE.jsonl: what many people write about, as JSON, the largest theme first."""
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from suggesting import hot, messages


class Command(BaseCommand):
    help = ("Prints the themes of a file of messages (a JSON object a line: topic, detail, user, time, message_id) as a list "
            "of {topic, n, users, first, last, message_ids}, the hottest first.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--most", type=int, default=50, help="themes (default: 50)")

    def handle(self, *, file, most, **options):
        try:
            found = hot.themes(messages.read(file))
        except messages.Malformed as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(json.dumps([theme.plain for theme in found[:most]], ensure_ascii=False, indent=1))
