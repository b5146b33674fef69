"""Articles of knowledge. What an article says is a version: written once, approved by another person, never changed."""
import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from knowledge.search import Pairs


class Status(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", _("Waits for approval")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn from use")


class Audience(models.TextChoices):
    PUBLIC = "public", _("May be told to citizens")
    INTERNAL = "internal", _("For colleagues only")


OPEN = (Status.PROPOSED, Status.DRAFT, Status.SUBMITTED)  # not yet decided; an article has at most one
MOVES = [
    ("proposed", "replaced"), ("proposed", "withdrawn"),
    ("draft", "submitted"), ("draft", "replaced"), ("draft", "withdrawn"),
    ("submitted", "published"), ("submitted", "draft"), ("submitted", "replaced"), ("submitted", "withdrawn"),
    ("published", "replaced"), ("published", "withdrawn"),
]
CONTENT = ("title", "question", "answer", "keywords", "source", "legal_basis", "owner", "area", "audience", "valid_from",
           "valid_to", "review_on", "ivr_text", "ivr_key", "change_note")

BORN_OPEN = """
    IF NEW.status NOT IN ('proposed', 'draft') OR NEW.approved_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'a version is born as a proposal or a draft, not as %', NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
DECIDED_ONCE = """
    IF OLD.approved_at IS NOT NULL AND (NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id
       OR NEW.approved_at IS DISTINCT FROM OLD.approved_at OR NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id)
       OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'version % is decided', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Article(models.Model):
    """A number that stays, whatever its versions say."""

    serial = models.PositiveIntegerField(unique=True)  # 1, 2, 3 … without gaps
    number = models.CharField(_("number"), max_length=10, unique=True)  # K00001
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uses = models.PositiveIntegerField(default=0)  # answers that cite it

    class Meta:
        triggers = [
            pgtrigger.Protect(name="article_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="article_number_stays", operation=pgtrigger.Update,
                              condition=pgtrigger.AnyChange("serial", "number", "created_at", "created_by")),
        ]

    def __str__(self):
        return self.number


class VersionQuerySet(models.QuerySet):
    def in_force(self, day):
        """Published, begun and not over on this day."""
        return self.filter(status=Status.PUBLISHED, valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))

    def for_area(self, unit):
        """What counts at a place: what has no place of its own, or one that the place lies in."""
        if unit is None:
            return self
        codes = unit.path.strip("/").split("/")
        above = ["/" + "/".join(codes[:length]) + "/" for length in range(1, len(codes) + 1)]
        return self.filter(Q(area=None) | Q(area__path__in=above))

    def shown(self):
        return self.select_related("article", "owner", "area", "author")


class Version(models.Model):
    """What an article says from one approval to the next."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status)
    title = models.CharField(_("title"), max_length=80)
    question = models.CharField(_("question"), max_length=300, blank=True)
    answer = models.TextField(_("answer"), max_length=1900)  # with its number it still fits the answer of a ticket
    keywords = models.CharField(_("keywords"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    owner = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    review_on = models.DateField(null=True)
    ivr_text = models.CharField(max_length=200, blank=True)
    ivr_key = models.CharField(max_length=4, blank=True)
    change_note = models.CharField(max_length=200, blank=True)
    search_text = models.TextField()  # all words of it, folded
    from_ticket = models.CharField(max_length=16, blank=True)  # the call that a proposal came from
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    submitted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=300, blank=True)  # why it was sent back or withdrawn

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "version"], name="version_once"),
            models.UniqueConstraint(fields=["article"], condition=Q(status=Status.PUBLISHED), name="version_one_published"),
            models.UniqueConstraint(fields=["article"], condition=Q(status__in=OPEN), name="version_one_open"),
            models.UniqueConstraint(fields=["ivr_key"], condition=Q(status=Status.PUBLISHED) & ~Q(ivr_key=""),
                                    name="version_ivr_key_once"),
            models.CheckConstraint(name="version_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="version_audience_known", condition=Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="version_four_eyes",
                condition=Q(approved_by=None, approved_at=None) & ~Q(status=Status.PUBLISHED)
                | Q(approved_by__isnull=False, approved_at__isnull=False, submitted_by__isnull=False)
                & ~Q(approved_by=F("author")) & ~Q(approved_by=F("submitted_by"))),
            models.CheckConstraint(
                name="version_published_complete",
                condition=Q(approved_by=None) | Q(owner__isnull=False, valid_from__isnull=False, review_on__isnull=False,
                                                  source__gt="", keywords__gt="", answer__gt="")),
            models.CheckConstraint(name="version_ends_after_it_begins",
                                   condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from"))),
            models.CheckConstraint(name="version_read_out_only_to_the_public",
                                   condition=Q(ivr_text="", ivr_key="") | Q(audience=Audience.PUBLIC)),
            models.CheckConstraint(name="version_ended_at_and_by",
                                   condition=Q(status__in=(Status.REPLACED, Status.WITHDRAWN), ended_at__isnull=False,
                                               ended_by__isnull=False)
                                   | ~Q(status__in=(Status.REPLACED, Status.WITHDRAWN)) & Q(ended_at=None, ended_by=None)),
        ]
        indexes = [
            GinIndex(Pairs("search_text"), name="version_pairs", condition=Q(status=Status.PUBLISHED)),
            GinIndex(Pairs("keywords"), name="version_keyword_pairs", condition=Q(status=Status.PUBLISHED)),
            models.Index(fields=["review_on"], name="version_review", condition=Q(status=Status.PUBLISHED)),
            models.Index(fields=["status"], name="version_waiting", condition=Q(status__in=OPEN)),
        ]
        triggers = [
            pgtrigger.Protect(name="version_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="version_written_once", operation=pgtrigger.Update,
                              condition=pgtrigger.AnyChange(*CONTENT, "article", "version", "search_text", "from_ticket",
                                                            "author", "written_at")),
            pgtrigger.FSM(name="version_moves", field="status", transitions=MOVES,
                          condition=pgtrigger.AnyChange("status")),
            pgtrigger.Trigger(name="version_born_open", when=pgtrigger.Before, operation=pgtrigger.Insert, func=BORN_OPEN),
            pgtrigger.Trigger(name="version_decided_once", when=pgtrigger.Before, operation=pgtrigger.Update,
                              func=DECIDED_ONCE),
        ]

    def __str__(self):
        return f"{self.article_id} v{self.version}"


class Use(models.Model):
    """An answer that cited a version. One a ticket."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="used")
    ticket_no = models.CharField(max_length=16, unique=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="use_at")]
        triggers = [pgtrigger.Protect(name="use_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.ticket_no} cites {self.version_id}"
