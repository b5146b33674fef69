"""Articles whose review date has come: editors are told once of each."""
from django.utils import timezone

from knowledge.actions import editors
from knowledge.models import Status, Version
from notices.actions import tell


def due(day):
    return Version.objects.filter(status=Status.PUBLISHED, review_on__lte=day)


def tell_editors(*, now):
    """How many are due. The cause names the version, so nobody hears of it twice however often this looks."""
    rows = list(due(timezone.localdate(now)).select_related("article").order_by("pk"))
    people = editors() if rows else []
    for row in rows:
        tell(people, cause=f"knowledge:review:{row.pk}", kind="knowledge_review_due", now=now,
             params={"article": row.article.number, "date": row.review_on.isoformat()})
    return len(rows)
