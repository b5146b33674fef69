"""Which callbacks that ended unreachable are looked at again: drawn by a number that nobody can choose (SPEC 7.5).

Three acts, each a row that nobody changes: the seed of a week is published, the sample is drawn with it, and each drawn
callback gets a finding.
"""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

FOREVER = pgtrigger.Update | pgtrigger.Delete


class SampleSeed(models.Model):
    week = models.DateField(unique=True)  # its Monday
    event = models.ForeignKey("tickets.TicketEvent", models.PROTECT, null=True, related_name="+")  # the last one of the week
    event_hash = models.CharField(max_length=64)  # of that event; of nothing, when nothing had happened yet
    seed = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        triggers = [pgtrigger.Protect(name="sample_seed_stays", operation=FOREVER)]


class SampleDraw(models.Model):
    seed = models.OneToOneField(SampleSeed, models.PROTECT, primary_key=True, related_name="draw")
    population = models.PositiveIntegerField()  # callbacks that ended unreachable in the week
    size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="sample_is_a_part", condition=Q(size__lte=F("population")))]
        triggers = [pgtrigger.Protect(name="sample_draw_stays", operation=FOREVER)]


class SampledCallback(models.Model):
    draw = models.ForeignKey(SampleDraw, models.PROTECT, related_name="callbacks")
    task = models.OneToOneField("followup.CallbackTask", models.PROTECT, related_name="sampled")
    place = models.PositiveIntegerField()  # in the order of the hashes, from 1
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "place"], name="sampled_place_once")]
        triggers = [pgtrigger.Protect(name="sampled_callback_stays", operation=FOREVER)]


class SampleFinding(models.Model):
    class Recording(models.TextChoices):
        HEARD = "heard", _("Listened to")
        NONE = "none", _("There is none")
        MISSING = "missing", _("Missing although there should be one")

    sampled = models.OneToOneField(SampledCallback, models.PROTECT, primary_key=True, related_name="finding")
    kept = models.BooleanField()  # the rule of three tries, and that they were real ones
    recording = models.CharField(max_length=8, choices=Recording)
    text = models.CharField(max_length=1000)
    given_back = models.ForeignKey("followup.CallbackTask", models.PROTECT, null=True, related_name="+")  # he is called again
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="sample_kept_is_not_given_back",
                                              condition=Q(kept=False) | Q(given_back=None))]
        triggers = [pgtrigger.Protect(name="sample_finding_stays", operation=FOREVER)]
