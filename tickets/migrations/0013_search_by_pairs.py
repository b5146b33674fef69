"""Titles are searched by an index of the pairs of their letters."""
import django.contrib.postgres.indexes
from django.contrib.postgres.fields import ArrayField
from django.db import migrations
from django.db.models import Func, TextField

MAKE = """CREATE FUNCTION letter_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT substr(upper(words), place, 2) FROM generate_series(1, length(words) - 1) place)"""
UNMAKE = "DROP FUNCTION letter_pairs(text)"


class LetterPairs(Func):
    function = "letter_pairs"
    output_field = ArrayField(TextField())


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0012_summary_for_units'),
    ]

    operations = [
        migrations.RunSQL(MAKE, UNMAKE),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(LetterPairs('title'), name='ticket_title_pairs'),
        ),
    ]
