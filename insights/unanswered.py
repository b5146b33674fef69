"""What citizens ask often and no answer cites an article for: consultations of the last 30 days by category."""

from datetime import timedelta

from django.db.models import Count, Q

from insights.figures.measures import cited
from knowledge.gaps import Gap
from tickets.choices import Type
from tickets.models import Ticket

SPAN = timedelta(days=30)
OFTEN, MOST = 3, 20


def topics(*, now):
    """The most asked first; one query. Only numbers leave here, and none of confidential matters."""
    rows = (
        Ticket.objects.filter(type=Type.CONSULT, is_confidential=False, registered_at__gte=now - SPAN, category__isnull=False)
        .annotate(cites=cited())
        .values("category__name")
        .annotate(asked=Count("pk"), answered=Count("pk", filter=Q(cites=True)))
        .filter(asked__gte=OFTEN)
        .order_by("-asked", "category__name")
    )
    open_ones = [row for row in rows if row["asked"] - row["answered"] >= OFTEN]
    open_ones.sort(key=lambda row: (row["answered"] - row["asked"], row["category__name"]))
    return [Gap(row["category__name"], row["asked"], row["answered"]) for row in open_ones[:MOST]]
