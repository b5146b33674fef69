"""Durations and rounds of callbacks are kept by the hour. Every hour there is anything of is marked, and so counted again."""
from django.db import migrations, models

HOURS = """
    INSERT INTO insights_hourmark (hour)
    SELECT hour FROM insights_hourlyfigures
    UNION SELECT date_trunc('hour', completed_at) FROM tickets_ticket WHERE completed_at IS NOT NULL
    UNION SELECT date_trunc('hour', at) FROM dispatch_contact
    UNION SELECT date_trunc('hour', due_at) FROM tickets_clock WHERE kind = 'CALLBACK_ALL'
    ORDER BY 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0007_quality_of_the_work'),
        ('dispatch', '0015_replies_by_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='hourlyfigures',
            name='callback_rounds',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='handling_time',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='handling_time_critical',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='handling_time_normal',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='handling_time_urgent',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='response_time',
            field=models.BinaryField(default=b''),
        ),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop),
    ]
