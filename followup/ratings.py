"""What a citizen may say of the work, whoever asks: the agent, the text message, or the city (SPEC 7.5, Q2 to Q4)."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Solved(models.TextChoices):
    SOLVED = "solved", _("Solved")
    BASICALLY = "basically", _("Basically solved")
    UNSOLVED = "unsolved", _("Not solved")
    NO_COMMENT = "no_comment", _("No rating")


class Satisfied(models.TextChoices):
    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically", _("Basically satisfied")
    UNSATISFIED = "unsatisfied", _("Not satisfied")
    NO_COMMENT = "no_comment", _("No rating")
