"""A ticket that has nothing to do with a warning is left out of it, by whom and when; the rows keep to it."""
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0005_quarters_and_years'),
        ('tickets', '0030_repeated_matters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='alertticket',
            name='is_out',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='alertticket',
            name='judged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alertticket',
            name='judged_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertticket',
            trigger=pgtrigger.compiler.Trigger(name='alert_ticket_left_out', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF (NEW.alert_id, NEW.ticket_id, NEW.at) IS DISTINCT FROM (OLD.alert_id, OLD.ticket_id, OLD.at) THEN\n        RAISE EXCEPTION 'ticket % of a warning: that it was found stays', OLD.ticket_id USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.is_out = OLD.is_out THEN\n        IF (NEW.judged_by_id, NEW.judged_at) IS DISTINCT FROM (OLD.judged_by_id, OLD.judged_at) THEN\n            RAISE EXCEPTION 'ticket % of a warning: who left it out stays', OLD.ticket_id USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    END IF;\n    IF EXISTS (SELECT FROM insights_alert a WHERE a.id = OLD.alert_id AND (a.status NOT IN ('open', 'taken_up')\n               OR NEW.is_out AND a.merge_asked_at >= COALESCE(OLD.judged_at, OLD.at)))\n       OR NEW.is_out AND EXISTS (SELECT FROM insights_broadcastto t JOIN insights_broadcast b ON b.id = t.broadcast_id\n                                 WHERE b.alert_id = OLD.alert_id AND t.ticket_id = OLD.ticket_id) THEN\n        RAISE EXCEPTION 'ticket % of a warning: answered, merged or ended', OLD.ticket_id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='361a00128139dee739b3d37e8ea868a7622bac57', operation='UPDATE', pgid='pgtrigger_alert_ticket_left_out_6a3e7', table='insights_alertticket', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertticket',
            trigger=pgtrigger.compiler.Trigger(name='alert_ticket_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d3bd8d1415fdf272bf2e40699a6cd86103e792de', operation='DELETE', pgid='pgtrigger_alert_ticket_never_deleted_1ef19', table='insights_alertticket', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='broadcastto',
            trigger=pgtrigger.compiler.Trigger(name='broadcast_to_who_is_in', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NOT EXISTS (SELECT FROM insights_alertticket l JOIN insights_broadcast b ON b.alert_id = l.alert_id\n                   WHERE b.id = NEW.broadcast_id AND l.ticket_id = NEW.ticket_id AND NOT l.is_out) THEN\n        RAISE EXCEPTION 'ticket % is not of this warning', NEW.ticket_id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='462380a147d0a504e3acb052eab50edec49847b3', operation='INSERT', pgid='pgtrigger_broadcast_to_who_is_in_e70a3', table='insights_broadcastto', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='alertticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_out', False), ('judged_at', None), ('judged_by', None)), models.Q(('judged_at__isnull', False), ('judged_by__isnull', False)), _connector='OR'), name='alert_ticket_judged_together'),
        ),
    ]
