"""The pairs of letters of titles had an index of their own; the search of all words serves whoever asked it (ADR 0010)."""
import importlib

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations

pairs = importlib.import_module("tickets.migrations.0013_search_by_pairs")


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('tickets', '0021_channels'),
    ]

    operations = [
        RemoveIndexConcurrently(model_name='ticket', name='ticket_title_pairs'),
        migrations.RunSQL(pairs.UNMAKE, pairs.MAKE),
    ]
