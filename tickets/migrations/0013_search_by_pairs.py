"""Titles are searched by an index of the pairs of their letters."""
import django.contrib.postgres.indexes
from django.db import migrations

import tickets.search


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0012_summary_for_units'),
    ]

    operations = [
        migrations.RunSQL(tickets.search.MAKE, tickets.search.UNMAKE),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(tickets.search.LetterPairs('title'), name='ticket_title_pairs'),
        ),
    ]
