"""manage.py train_classifier FILE.jsonl [--out MODEL]: train a classifier with the labelled messages of a file."""
import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from suggesting import kept_file, messages, training

PLACE = "classifier.model"


def usual_place():
    return settings.HOTLINE_DATA / PLACE


class Command(BaseCommand):
    help = ("Trains a classifier with a file of messages (a JSON object a line: topic, detail, label) and writes it to a "
            "file, which evaluate_classifier then measures. What the product suggests it learns from its own tickets.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--also", type=Path, action="append", default=[], help="more labelled messages; may be repeated")
        parser.add_argument("--out", type=Path, help=f"where to (default: {PLACE} in HOTLINE_DATA)")

    def handle(self, *, file, also, out, **options):
        begun = time.monotonic()
        try:
            found = [each for source in (file, *also) for each in messages.read(source, labelled=True)]
            model = training.fit(training.table(found), [each.label for each in found])
        except (messages.Malformed, training.TooFew) as trouble:
            raise CommandError(str(trouble)) from None
        out = out or usual_place()
        kept_file.save(out, model, found)
        said = {"n": len(found), "labels": len(model.labels), "seconds": round(time.monotonic() - begun, 1), "model": str(out),
                "bytes": out.stat().st_size}
        self.stdout.write(json.dumps(said, ensure_ascii=False))
