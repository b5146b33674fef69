"""manage.py evaluate_classifier FILE.jsonl: how good a classifier is, as JSON.

With a trained model that has not seen these messages (--model, or what train_classifier wrote last) the model is measured.
Otherwise, and whenever `dup_group` says which messages are alike and the model knows most of them, the way of training is
measured in five turns: each message is judged by a model that was trained without it and without those of its group.
"""
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from suggesting import evaluating, kept_file, messages, training
from suggesting.linear import Unreadable
from suggesting.management.commands.train_classifier import usual_place


class Command(BaseCommand):
    help = "Prints accuracy, macro_f1, top3, p95_ms and n for a file of labelled messages (a JSON object a line), as JSON."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--model", type=Path, help="measure this one (default: the last trained, if it has not seen these)")
        parser.add_argument("--also", type=Path, action="append", default=[], help="more messages to train with in turns")
        parser.add_argument("--turns", action="store_true", help="measure the way of training, whatever model is there")

    def handle(self, *, file, model, also, turns, **options):
        try:
            found = messages.read(file, labelled=True)
            more = [each for source in also for each in messages.read(source, labelled=True)]
            kept = None if turns else self.chosen(model)
            self.stdout.write(json.dumps(self.measured(found, more, kept, is_asked=model is not None)))
        except (messages.Malformed, training.TooFew, Unreadable) as trouble:
            raise CommandError(str(trouble)) from None

    def chosen(self, model):
        place = model or usual_place()
        return kept_file.load(place) if model or place.exists() else None

    def measured(self, found, more, kept, *, is_asked):
        fresh = [each for each in found if not kept.knows(each)] if kept else []
        fits = kept and {each.label for each in found} <= set(kept.model.labels) and len(fresh) > len(found) / 2
        if is_asked and not fits:
            raise CommandError("This model was trained with most of these messages, or with other labels.")
        if fits:
            return evaluating.with_model(kept.model, fresh).plain() | {"how": "held out", "left_out": len(found) - len(fresh)}
        with tqdm(total=evaluating.FOLDS, unit="turn", disable=not self.stderr.isatty()) as bar:
            said = evaluating.in_turns(found, more, tell=lambda done: bar.update())
        return said.plain() | {"how": f"{evaluating.FOLDS} turns by group" if any(each.group for each in found)
                               else f"{evaluating.FOLDS} turns"}
