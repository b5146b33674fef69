"""Quality of the work among the figures. The hours in which something of it happened before are marked, and so counted again."""
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

HOURS = """
    INSERT INTO insights_hourmark (hour)
    SELECT date_trunc('hour', t.accepted_at) FROM tickets_ticket t WHERE t.accepted_at IS NOT NULL AND (
        t.info_return_count > 0 OR EXISTS (SELECT FROM knowledge_use u WHERE u.ticket_no = t.ticket_no))
    UNION SELECT date_trunc('hour', reviewed_at) FROM dispatch_reply WHERE reviewed_at IS NOT NULL
    UNION SELECT date_trunc('hour', at) FROM followup_samplefinding
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0015_replies_by_review'),
        ('followup', '0010_ratings_that_differ'),
        ('insights', '0006_tickets_left_out_of_a_warning'),
        ('knowledge', '0002_uses_by_time'),
    ]

    operations = [
        migrations.CreateModel(
            name='MarkedFinding',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('followup.samplefinding',),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='callbacks_checked',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='callbacks_kept',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='cited',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='replies_returned',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='replies_reviewed',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='hourlyfigures',
            name='sent_back',
            field=models.IntegerField(default=0),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='markedfinding',
            trigger=pgtrigger.compiler.Trigger(name='finding_marks_hour', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO insights_hourmark (hour) VALUES (date_trunc('hour', NEW.at));\n    RETURN NULL;\n", hash='e5c213db004efff4075eac7f928a6af80696350a', operation='INSERT', pgid='pgtrigger_finding_marks_hour_461fa', table='followup_samplefinding', when='AFTER')),
        ),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop),
    ]
