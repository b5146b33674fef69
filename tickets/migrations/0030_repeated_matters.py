"""Open matters that were reported again are found without looking at every open ticket; built beside the work."""
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Index, Q

OPEN = ("draft", "need_info", "pending_review", "pending_dispatch", "pending_receipt", "handling", "return_review", "arbitration",
        "suspended", "reply_review", "pending_callback", "adjudication")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0029_fold_sooner")]

    operations = [
        AddIndexConcurrently(model_name="ticket", index=Index(
            fields=["next_due_at", "id"], name="ticket_repeated",
            condition=Q(Q(repeat_count__gt=0) | Q(reporter_count__gt=1), state__in=OPEN))),
    ]
