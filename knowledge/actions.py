"""What happens to knowledge: proposed, written, submitted, approved by another, withdrawn. Each change is in the audit log."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from accounts.turns import take_turn
from knowledge.models import OPEN, Article, Audience, Status, Use, Version
from knowledge.search import folded, keywords_of
from knowledge.who import EDITORS, PROPOSERS
from notices.actions import tell

NUMBERING = "knowledge"  # the turn in which numbers of articles and keys of the menu are given
SEARCHED = ("title", "keywords", "question", "answer", "source", "legal_basis")
KIND = "KNOWLEDGE"


class Refused(Exception):
    """A rule forbids it now; the message tells the user what to do instead."""


class Overtaken(Exception):
    """Somebody else was quicker: the version is not what the user saw."""


def editors():
    return list(User.objects.filter(is_active=True, memberships__role=Role.KE).distinct().order_by("pk"))


def only(by, *roles):
    if not by.has_role(*roles):
        raise PermissionDenied("knowledge")


@transaction.atomic
def propose(*, title, answer, by, now, question="", keywords="", source="", from_ticket="", request=None):
    """A colleague says what should be known. Editors are told; nobody reads it as knowledge yet."""
    only(by, *PROPOSERS, *EDITORS)
    said = {"title": title, "question": question, "answer": answer, "keywords": keywords, "source": source,
            "audience": Audience.PUBLIC}
    version = _write(_new_article(by, now), Status.PROPOSED, said, by=by, now=now, from_ticket=from_ticket)
    _note("article proposed", version, by=by, now=now, request=request)
    tell(editors(), cause=f"knowledge:proposed:{version.pk}", kind="knowledge_proposed", now=now,
         params={"article": version.article.number})
    return version


@transaction.atomic
def write(*, by, now, number="", base=None, request=None, **content):
    """A draft: of a new article, or the next version of `number`, whose newest one was `base` when the editor began.

    An open version (proposal, draft, submitted) is replaced by it; what is published stays until this one is approved.
    """
    only(by, *EDITORS)
    article = _locked(number) if number else _new_article(by, now)
    latest = newest(article)
    if latest and latest.version != base:
        raise Overtaken
    if latest and latest.status in OPEN:
        _end(latest, Status.REPLACED, by=by, now=now)
    from_ticket = latest.from_ticket if latest and latest.status in (*OPEN, Status.REPLACED) else ""
    version = _write(article, Status.DRAFT, content, by=by, now=now, from_ticket=from_ticket)
    _note("article written", version, by=by, now=now, request=request)
    return version


@transaction.atomic
def submit(number, version, *, by, now, request=None):
    """Asks for the second pair of eyes."""
    only(by, *EDITORS)
    row = _in_status(number, version, Status.DRAFT)
    _refuse_incomplete(row, now)
    row.submitted_by, row.submitted_at, row.remark = by, now, ""
    _turn(row, Status.SUBMITTED, "submitted_by", "submitted_at", "remark")
    _note("article submitted", row, by=by, now=now, request=request)
    others = [person for person in editors() if person.pk not in (by.pk, row.author_id)]
    tell(others, cause=f"knowledge:submitted:{row.pk}:{now.isoformat()}", kind="knowledge_submitted", now=now,
         params={"article": row.article.number})
    return row


@transaction.atomic
def publish(number, version, *, by, now, request=None):
    """Four eyes: neither who wrote this version nor who submitted it. What was published before is replaced."""
    only(by, *EDITORS)
    row = _in_status(number, version, Status.SUBMITTED)
    if by.pk in (row.author_id, row.submitted_by_id):
        raise Refused(_("You wrote or submitted this version: a colleague has to approve it."))
    _refuse_incomplete(row, now)
    if row.ivr_key:
        _refuse_taken_key(row)
    for old in row.article.versions.select_for_update(of=("self",)).filter(status=Status.PUBLISHED):
        _end(old, Status.REPLACED, by=by, now=now)
    row.approved_by, row.approved_at = by, now
    _turn(row, Status.PUBLISHED, "approved_by", "approved_at")
    _note("article published", row, by=by, now=now, request=request)
    _tell_proposer(row, "knowledge_published", by=by, now=now)
    return row


@transaction.atomic
def send_back(number, version, *, by, now, reason, request=None):
    only(by, *EDITORS)
    row = _in_status(number, version, Status.SUBMITTED)
    asker = row.submitted_by
    row.submitted_by = row.submitted_at = None
    row.remark = reason
    _turn(row, Status.DRAFT, "submitted_by", "submitted_at", "remark")
    _note("article sent back", row, by=by, now=now, reason=reason, request=request)
    tell([asker], cause=f"knowledge:back:{row.pk}:{now.isoformat()}", kind="knowledge_sent_back", now=now,
         params={"article": row.article.number})
    return row


@transaction.atomic
def withdraw(number, version, *, by, now, reason, request=None):
    """Nobody reads it any more; a proposal or a draft is put away. One editor is enough: it errs on the safe side."""
    only(by, *EDITORS)
    row = _in_status(number, version, *OPEN, Status.PUBLISHED)
    was = row.status
    _end(row, Status.WITHDRAWN, by=by, now=now, remark=reason)
    _note("article withdrawn", row, by=by, now=now, reason=reason, request=request)
    if was != Status.PUBLISHED:
        _tell_proposer(row, "knowledge_put_away", by=by, now=now)
    return row


# --- citing -------------------------------------------------------------------------------------------------------


def citable(number, *, now):
    """The version that an answer may cite now; raises Refused with what is wrong."""
    row = Version.objects.in_force(timezone.localdate(now)).select_related("article").filter(
        article__number=number.strip().upper()).first()
    if row is None:
        raise Refused(_("There is no published and valid article of this number."))
    if row.audience != Audience.PUBLIC:
        raise Refused(_("This article is for colleagues only; it may not be told to citizens."))
    return row


@transaction.atomic
def note_use(version_id, *, ticket_no, by, now):
    """One more answer cites the article."""
    row = Version.objects.get(pk=version_id)
    use = Use.objects.create(version=row, ticket_no=ticket_no, by=by, at=now)
    Article.objects.filter(pk=row.article_id).update(uses=F("uses") + 1)
    return use


# --- what these share ---------------------------------------------------------------------------------------------


def newest(article):
    return article.versions.select_for_update(of=("self",)).order_by("-version").first()


def _locked(number):
    return Article.objects.select_for_update(no_key=True).get(number=number)


def _new_article(by, now):
    """The next number. The lock lasts until the commit, so a number that is rolled back is given again."""
    take_turn(NUMBERING)
    serial = (Article.objects.aggregate(last=Max("serial"))["last"] or 0) + 1
    return Article.objects.create(serial=serial, number=f"K{serial:05}", created_at=now, created_by=by)


def _write(article, status, content, *, by, now, from_ticket=""):
    content = {**content, "keywords": keywords_of(content.get("keywords", ""))}
    last = article.versions.aggregate(last=Max("version"))["last"] or 0
    words = folded("\n".join(filter(None, (content.get(name, "") for name in SEARCHED))))
    return Version.objects.create(article=article, version=last + 1, status=status, author=by, written_at=now,
                                  search_text=words, from_ticket=from_ticket, **content)


def _in_status(number, version, *statuses):
    """The locked version: first the article, so that two who change it wait for each other."""
    article = _locked(number)
    row = article.versions.select_for_update(of=("self",)).get(version=version)
    if row.status not in statuses:
        raise Overtaken
    return row


def _turn(row, status, *fields):
    row.status = status
    row.save(update_fields=["status", *fields])


def _end(row, status, *, by, now, remark=""):
    row.ended_by, row.ended_at = by, now
    row.remark = remark or row.remark
    _turn(row, status, "ended_by", "ended_at", "remark")


def _refuse_incomplete(row, now):
    today = timezone.localdate(now)
    if not (row.owner_id and row.valid_from and row.review_on and row.source and row.keywords and row.answer):
        raise Refused(_("Owner, source, keywords, validity and review date are needed before it is approved."))
    if row.valid_to and row.valid_to < today:
        raise Refused(_("Its validity is over already: write the next version."))
    if row.review_on < today:
        raise Refused(_("Its review date has passed already: write the next version."))


def _refuse_taken_key(row):
    take_turn(NUMBERING)
    if Version.objects.filter(status=Status.PUBLISHED, ivr_key=row.ivr_key).exclude(article=row.article).exists():
        raise Refused(_("Another published article has this key of the telephone menu."))


def _tell_proposer(row, kind, *, by, now):
    """Who proposed the article hears what became of it, once."""
    first = row.article.versions.order_by("version").select_related("author").first()
    if first.author_id != by.pk and not first.author.has_role(*EDITORS):
        tell([first.author], cause=f"knowledge:{kind}:{row.article_id}", kind=kind, now=now,
             params={"article": row.article.number})


def _note(what, row, *, by, now, reason="", request=None):
    audit.record(KIND, user=by, now=now, request=request, what=what, reason=reason, article=row.article.number,
                 version=row.version)
