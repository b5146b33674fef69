from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from tickets.drawing import document

PLACE = Path(settings.BASE_DIR) / "docs" / "states.md"


class Command(BaseCommand):
    help = "Write docs/states.md: the diagram and the table of all transitions, drawn from the code."

    def handle(self, *args, **options):
        with translation.override("en"):
            PLACE.write_text(document(), encoding="utf-8")
        self.stdout.write(f"wrote {PLACE.relative_to(settings.BASE_DIR)}")
