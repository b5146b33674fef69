
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_guides_put_away'),
        ('tickets', '0024_moments_of_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                ('fell_short', models.IntegerField(default=0)),
                ('appeals_won', models.IntegerField(default=0)),
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
        migrations.CreateModel(
            name='Ranking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('open', 'Awaiting decision'), ('approved', 'Approved'), ('refused', 'Refused')], default='open', max_length=8)),
                ('at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('month', models.DateField()),
                ('version', models.PositiveSmallIntegerField()),
                ('groups', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Rectification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField()),
                ('cause', models.CharField(blank=True, max_length=1000)),
                ('measures', models.CharField(blank=True, max_length=1000)),
                ('done_by', models.DateField(null=True)),
                ('at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ranking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rectifications', to='insights.ranking')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
            ],
        ),
        migrations.CreateModel(
            name='ScoreAdjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('open', 'Awaiting decision'), ('approved', 'Approved'), ('refused', 'Refused')], default='open', max_length=8)),
                ('at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('month', models.DateField()),
                ('points', models.DecimalField(decimal_places=2, max_digits=5)),
                ('reason', models.CharField(max_length=500)),
                ('basis', models.CharField(blank=True, max_length=200)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
            ],
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
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='ranking_by_two'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='ranking_decided_together'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.UniqueConstraint(fields=('month', 'version'), name='ranking_version_once'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('month',), name='ranking_one_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ranking',
            trigger=pgtrigger.compiler.Trigger(name='ranking_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.status <> 'open' OR (NEW.month, NEW.version, NEW.groups, NEW.digest, NEW.by_id, NEW.at)\n       IS DISTINCT FROM (OLD.month, OLD.version, OLD.groups, OLD.digest, OLD.by_id, OLD.at) THEN\n        RAISE EXCEPTION 'ranking %: never changed, a correction is a new version', OLD.id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='0084d2c6360767013ebb5b4c7e625f006acbe717', operation='UPDATE', pgid='pgtrigger_ranking_stays_53374', table='insights_ranking', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ranking',
            trigger=pgtrigger.compiler.Trigger(name='ranking_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e1b72f7e3ea28ce228b9b4676cbfb0913e45f6a1', operation='DELETE', pgid='pgtrigger_ranking_never_deleted_13004', table='insights_ranking', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='rectification',
            constraint=models.UniqueConstraint(fields=('ranking', 'unit'), name='rectification_once'),
        ),
        migrations.AddConstraint(
            model_name='rectification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at', None), ('by', None), ('cause', ''), ('done_by', None), ('measures', '')), models.Q(('at__isnull', False), ('by__isnull', False), ('cause__gt', ''), ('done_by__isnull', False), ('measures__gt', '')), _connector='OR'), name='rectification_said_together'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rectification',
            trigger=pgtrigger.compiler.Trigger(name='rectification_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='15f7fc8d713631eb6178f1a626fa939845085bcc', operation='DELETE', pgid='pgtrigger_rectification_never_deleted_85491', table='insights_rectification', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='scoreadjustment',
            index=models.Index(fields=['month'], name='points_month'),
        ),
        migrations.AddConstraint(
            model_name='scoreadjustment',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='points_by_two'),
        ),
        migrations.AddConstraint(
            model_name='scoreadjustment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='points_decided_together'),
        ),
        migrations.AddConstraint(
            model_name='scoreadjustment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points', 0), _negated=True), ('points__gte', -20), ('points__lte', 20)), name='points_are_some'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scoreadjustment',
            trigger=pgtrigger.compiler.Trigger(name='points_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.status <> 'open' OR (NEW.unit_id, NEW.month, NEW.points, NEW.reason, NEW.basis, NEW.by_id, NEW.at)\n       IS DISTINCT FROM (OLD.unit_id, OLD.month, OLD.points, OLD.reason, OLD.basis, OLD.by_id, OLD.at) THEN\n        RAISE EXCEPTION 'points %: what was asked and decided stays', OLD.id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='c2a33055f4d5c4a283b48a2f3292a45ec25c2af1', operation='UPDATE', pgid='pgtrigger_points_stay_94c43', table='insights_scoreadjustment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scoreadjustment',
            trigger=pgtrigger.compiler.Trigger(name='points_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c808a10826c13489c3b3b4de667c79c56068498e', operation='DELETE', pgid='pgtrigger_points_never_deleted_e3ff9', table='insights_scoreadjustment', when='BEFORE')),
        ),
    ]
