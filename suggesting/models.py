"""Trained classifiers with their figures, and what people did with the suggestions."""
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Training(models.Model):
    """One training with the district's own tickets. Its figures are those of tickets that no training ever sees."""

    class Verdict(models.TextChoices):
        BETTER = "better", _("In use since then")
        WORSE = "worse", _("Not better than the one in use")
        UNFIT = "unfit", _("Too often wrong to be used")

    at = models.DateTimeField()
    tickets = models.PositiveIntegerField()  # trained with
    held_out = models.PositiveIntegerField()  # measured with
    categories = models.PositiveSmallIntegerField()
    accuracy = models.FloatField()
    macro_f1 = models.FloatField()
    top3 = models.FloatField()
    p95_ms = models.FloatField()
    seconds = models.FloatField()
    compared = models.FloatField(null=True)  # macro-F1 of the one in use, measured with the same tickets
    verdict = models.CharField(max_length=6, choices=Verdict)
    in_use = models.BooleanField(default=False)
    classifier = models.BinaryField(null=True)  # Linear.to_bytes(); of old ones nothing is kept but their figures

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["in_use"], condition=Q(in_use=True), name="training_one_in_use"),
            models.CheckConstraint(condition=Q(in_use=False) | Q(classifier__isnull=False), name="training_in_use_is_kept"),
        ]

    def __str__(self):
        return f"training {self.pk}"


class Answer(models.Model):
    """What an operator did with what was suggested for one form. No word of the citizen: codes only.

    One row for a form and a kind of suggestion: whoever changes his mind is counted by his last one.
    """

    class About(models.TextChoices):
        CATEGORY = "category", _("Category")
        TYPE = "type", _("Type")
        URGENCY = "urgency", _("Urgency")
        AREA = "area", _("Place")
        ADDRESS = "address", _("Address")
        UNIT = "proposed_unit", _("Suggested unit")

    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)  # answer_once
    at = models.DateTimeField(db_index=True)
    key = models.CharField(max_length=100)  # of the form
    about = models.CharField(max_length=13, choices=About)
    is_accepted = models.BooleanField()
    place = models.PositiveSmallIntegerField(null=True)  # 1: the first of those that were offered
    training = models.ForeignKey(Training, models.PROTECT, null=True, related_name="answers")  # where a category came from

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "key", "about"], name="answer_once"),
            models.CheckConstraint(name="answer_names_its_place",
                                   condition=Q(is_accepted=True, place__isnull=False) | Q(is_accepted=False, place=None)),
        ]

    def __str__(self):
        return f"answer {self.pk}"


class Themes(models.Model):
    """What many people wrote about in the days before an instant, as the worker found it. Numbers of tickets, no words of
    theirs but the most typical ones of a theme."""

    at = models.DateTimeField(db_index=True)
    since = models.DateTimeField()
    read = models.PositiveIntegerField()  # tickets
    found = models.JSONField()  # [{"words", "tickets", "people", "first", "last"}]

    def __str__(self):
        return f"themes {self.pk}"
