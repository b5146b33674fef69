from django.apps import AppConfig


class SuggestingConfig(AppConfig):
    name = "suggesting"
    default_auto_field = "django.db.models.BigAutoField"
