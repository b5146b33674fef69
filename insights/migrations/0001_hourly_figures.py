import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tickets', '0021_channels'),
    ]

    operations = [
        migrations.CreateModel(
            name='MarkedCall',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('tickets.call',),
        ),
        migrations.CreateModel(
            name='MarkedEvent',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('tickets.ticketevent',),
        ),
        migrations.CreateModel(
            name='MarkedPhoneCall',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('tickets.phonecall',),
        ),
        migrations.CreateModel(
            name='HourlyFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('axis', models.PositiveSmallIntegerField(choices=[(0, 'Whole'), (1, 'Unit'), (2, 'Area'), (3, 'Category')])),
                ('key', models.BigIntegerField(default=0)),
                ('calls', models.IntegerField(default=0)),
                ('calls_offered', models.IntegerField(default=0)),
                ('calls_answered', models.IntegerField(default=0)),
                ('calls_answered_soon', models.IntegerField(default=0)),
                ('calls_nuisance', models.IntegerField(default=0)),
                ('accepted', models.IntegerField(default=0)),
                ('direct', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
                ('accepted_dispatched', models.IntegerField(default=0)),
                ('cleared_same_day', models.IntegerField(default=0)),
                ('merged', models.IntegerField(default=0)),
                ('dispatched', models.IntegerField(default=0)),
                ('dispatched_in_time', models.IntegerField(default=0)),
                ('first_right', models.IntegerField(default=0)),
                ('done', models.IntegerField(default=0)),
                ('to_do', models.IntegerField(default=0)),
                ('to_do_excluded', models.IntegerField(default=0)),
                ('lead_parts', models.IntegerField(default=0)),
                ('receipts_due', models.IntegerField(default=0)),
                ('receipts_due_excluded', models.IntegerField(default=0)),
                ('receipts_in_time', models.IntegerField(default=0)),
                ('responses_due', models.IntegerField(default=0)),
                ('responses_due_excluded', models.IntegerField(default=0)),
                ('responses_in_time', models.IntegerField(default=0)),
                ('responses_attempted', models.IntegerField(default=0)),
                ('completions_due', models.IntegerField(default=0)),
                ('completions_due_excluded', models.IntegerField(default=0)),
                ('completions_in_time', models.IntegerField(default=0)),
                ('completions_late', models.IntegerField(default=0)),
                ('replies_due', models.IntegerField(default=0)),
                ('replies_due_excluded', models.IntegerField(default=0)),
                ('replied', models.IntegerField(default=0)),
                ('outcomes', models.IntegerField(default=0)),
                ('reached', models.IntegerField(default=0)),
                ('rated', models.IntegerField(default=0)),
                ('rated_excluded', models.IntegerField(default=0)),
                ('contacted', models.IntegerField(default=0)),
                ('solved', models.IntegerField(default=0)),
                ('basically_solved', models.IntegerField(default=0)),
                ('satisfied', models.IntegerField(default=0)),
                ('basically_satisfied', models.IntegerField(default=0)),
                ('service_rated', models.IntegerField(default=0)),
                ('service_satisfied', models.IntegerField(default=0)),
                ('redone', models.IntegerField(default=0)),
                ('first_outcomes', models.IntegerField(default=0)),
                ('first_outcomes_excluded', models.IntegerField(default=0)),
                ('returns_asked', models.IntegerField(default=0)),
                ('returns_granted', models.IntegerField(default=0)),
                ('taken', models.IntegerField(default=0)),
                ('suspended', models.IntegerField(default=0)),
                ('extended', models.IntegerField(default=0)),
                ('exclusions', models.IntegerField(default=0)),
                ('appealed_out', models.IntegerField(default=0)),
                ('forced', models.IntegerField(default=0)),
                ('called_again', models.IntegerField(default=0)),
                ('orders', models.IntegerField(default=0)),
                ('orders_due', models.IntegerField(default=0)),
                ('orders_closed', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('axis', 'hour', 'key'), name='hourly_figures_once')],
            },
        ),
        migrations.CreateModel(
            name='HourMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.BigIntegerField(null=True)),
                ('seq', models.PositiveIntegerField(null=True)),
                ('hour', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('hour', None), ('seq__isnull', False), ('ticket__isnull', False)), models.Q(('hour__isnull', False), ('seq', None), ('ticket', None)), _connector='OR'), name='hour_mark_of_ticket_or_hour')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='markedcall',
            trigger=pgtrigger.compiler.Trigger(name='call_marks_hour', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO insights_hourmark (hour) VALUES (date_trunc('hour', NEW.started_at));\n    RETURN NULL;\n", hash='c4a81d0191bfa64155d58bf0a5d018fe7bbcdcfb', operation='INSERT OR UPDATE', pgid='pgtrigger_call_marks_hour_3701c', table='tickets_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='markedevent',
            trigger=pgtrigger.compiler.Trigger(name='event_marks_hours', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    INSERT INTO insights_hourmark (ticket, seq) VALUES (NEW.ticket_id, NEW.seq);\n    RETURN NULL;\n', hash='9549b48f0fd40fd34d56d691827b05ba35e6a5a3', operation='INSERT', pgid='pgtrigger_event_marks_hours_a01f1', table='tickets_ticketevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='markedphonecall',
            trigger=pgtrigger.compiler.Trigger(name='phone_call_marks_hour', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO insights_hourmark (hour) SELECT date_trunc('hour', started_at) FROM tickets_call WHERE id = NEW.call_id;\n    RETURN NULL;\n", hash='48098b7bb1b16bfee31452b727b6a46553c179ae', operation='INSERT OR UPDATE', pgid='pgtrigger_phone_call_marks_hour_40c57', table='tickets_phonecall', when='AFTER')),
        ),
    ]
