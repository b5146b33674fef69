"""Texts that are kept: what is said on the phone, and what is inserted while one types."""
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_SNIPPET, LONGEST_SNIPPET_NAME, MOST_SNIPPETS = 1000, 30, 60


class Snippet(models.Model):
    """A text that is inserted while one types (`::`): one's own, or everybody's when it has no owner."""

    owner = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=LONGEST_SNIPPET_NAME)
    text = models.TextField(max_length=LONGEST_SNIPPET)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="snippet_name_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(name="") & ~Q(text=""), name="snippet_says_something"),
        ]

    def __str__(self):
        return self.name


class ScriptText(models.Model):
    """One version of what is said on the phone, in one language. Never changed: the newest counts, "" means the usual words."""

    key = models.CharField(max_length=20)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=500, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "language", "number"], name="script_version_once")]
        triggers = [pgtrigger.Protect(name="script_versions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.key} {self.language} {self.number}"
