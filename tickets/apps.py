from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TicketsConfig(AppConfig):
    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Apps above list their steps in steps.py and tell their part of a ticket in story.py, as admin classes in admin.py.
        import tickets.channels.panel
        import tickets.intake_steps  # noqa: F401

        autodiscover_modules("steps", "story")
