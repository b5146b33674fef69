from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "hotline"

    def ready(self):
        from hotline import advising, celery, checks, knowing  # noqa: F401  (tasks find their application, checks register themselves)

        knowing.connect()
        advising.connect()
