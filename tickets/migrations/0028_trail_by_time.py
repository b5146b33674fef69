"""What happened since an instant is found without reading the whole trail; built beside the work, so nobody waits."""
from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0027_attachments")]

    operations = [
        AddIndexConcurrently(model_name="ticketevent", index=BrinIndex(autosummarize=True, fields=["at"], name="event_at")),
    ]
