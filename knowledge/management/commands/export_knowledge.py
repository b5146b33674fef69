"""manage.py export_knowledge [FILE]: the knowledge points for the telephone menu as JSON (see knowledge/export.py)."""
import json
from pathlib import Path

from django.core.management.base import BaseCommand

from accounts.instant import database_now
from knowledge import export


class Command(BaseCommand):
    help = "Writes the public, published and valid knowledge points for the telephone menu (IVR) as JSON."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="where to (default: to the screen)")

    def handle(self, *args, file, **options):
        document = export.document(database_now())
        text = json.dumps(document, ensure_ascii=False, indent=1)
        if file is None:
            self.stdout.write(text)
            return
        file.write_text(text + "\n", encoding="utf-8")
        self.stdout.write(f"{len(document['points'])} knowledge points written to {file}")
