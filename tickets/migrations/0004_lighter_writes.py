import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def without_index(model_name, name, field, index, columns):
    """Only the index goes: AlterField by itself would make the foreign key again and check every row of a large table
    under a lock."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model_name=model_name, name=name, field=field)],
        database_operations=[migrations.RunSQL(f"DROP INDEX {index}", f"CREATE INDEX {index} ON {columns}")])


class Migration(migrations.Migration):
    """What a look, and every step, writes: indexes go whose columns begin another one, or that nobody asks (all
    clocks of a profile, all events of a unit); triggers are entered only when what they guard changes; pages of tickets keep room, so that a new
    version of a row fits beside the old one and no index has to hear of it (HOT)."""

    dependencies = [
        ('tickets', '0003_rules_kept_on_pages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("ALTER TABLE tickets_ticket SET (fillfactor = 85)", "ALTER TABLE tickets_ticket RESET (fillfactor)"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ticket',
            name='ticket_moves',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ticket',
            name='ticket_written_once',
        ),
        without_index(
            'clock', 'profile', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.slaprofile'),
            "tickets_clock_profile_id_22073b17", "tickets_clock (profile_id)"),
        without_index(
            'ticketevent', 'by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            "tickets_ticketevent_by_id_de24ba0b", "tickets_ticketevent (by_id)"),
        without_index(
            'ticketevent', 'ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tickets.ticket'),
            "tickets_ticketevent_ticket_id_b572d14b", "tickets_ticketevent (ticket_id)"),
        without_index(
            'ticketevent', 'unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit'),
            "tickets_ticketevent_unit_id_857f34f3", "tickets_ticketevent (unit_id)"),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{adjudication:closed,adjudication:handling,adjudication:pending_dispatch,adjudication:suspended,arbitration:pending_receipt,archived:pending_dispatch,closed:archived,closed:pending_dispatch,draft:cancelled,draft:closed,draft:merged,draft:pending_receipt,draft:pending_review,draft:transferred_out,handling:handling,handling:merged,handling:pending_callback,handling:reply_review,handling:return_review,handling:suspended,need_info:cancelled,need_info:merged,need_info:pending_review,pending_callback:adjudication,pending_callback:cancelled,pending_callback:closed,pending_callback:handling,pending_callback:pending_callback,pending_callback:pending_dispatch,pending_dispatch:arbitration,pending_dispatch:cancelled,pending_dispatch:merged,pending_dispatch:pending_callback,pending_dispatch:pending_receipt,pending_receipt:handling,pending_receipt:merged,pending_receipt:pending_callback,pending_receipt:pending_dispatch,pending_receipt:return_review,pending_review:cancelled,pending_review:merged,pending_review:need_info,pending_review:pending_dispatch,pending_review:rejected,pending_review:transferred_out,reply_review:handling,reply_review:pending_callback,return_review:arbitration,return_review:handling,return_review:pending_dispatch,suspended:handling}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='e0d92f17488e571f2ea1bbfe160b40707acf415f', operation='UPDATE', pgid='pgtrigger_ticket_moves_ba5c6', table='tickets_ticket', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted_at" IS DISTINCT FROM (NEW."accepted_at") OR OLD."first_dispatched_at" IS DISTINCT FROM (NEW."first_dispatched_at") OR OLD."registered_by_id" IS DISTINCT FROM (NEW."registered_by_id") OR OLD."ticket_no" IS DISTINCT FROM (NEW."ticket_no"))', func="\n    IF OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at\n       OR OLD.first_dispatched_at IS NOT NULL AND NEW.first_dispatched_at IS DISTINCT FROM OLD.first_dispatched_at\n       OR NEW.ticket_no <> OLD.ticket_no OR NEW.registered_by_id <> OLD.registered_by_id THEN\n        RAISE EXCEPTION 'ticket %: written once, never changed', OLD.ticket_no USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='b227633b7b44e0e2088ddda25a1192f3a49b69fe', operation='UPDATE', pgid='pgtrigger_ticket_written_once_fcc4b', table='tickets_ticket', when='BEFORE')),
        ),
    ]
