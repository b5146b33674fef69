"""All that lies between an empty database and a site that can be opened. Safe to run again: each step sees for
itself whether it has anything to do."""
from django.conf import settings
from django.core.management import BaseCommand, call_command, get_commands

from hotline.catalogues import compile_all


class Command(BaseCommand):
    help = "Compiles texts, migrates, loads reference data and, in the demo, the demo district."

    def handle(self, *args, **options):
        compile_all()
        call_command("migrate", interactive=False, verbosity=0)
        steps = ["load_reference", *(["load_demo"] if settings.HOTLINE_DEMO else [])]
        for step in steps:
            if step in get_commands():
                call_command(step)
