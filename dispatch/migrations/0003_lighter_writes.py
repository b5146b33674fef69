import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def without_index(name, field, index, columns):
    """Only the index goes: AlterField by itself would make the foreign key again and check every row of a large table
    under a lock."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model_name='escalation', name=name, field=field)],
        database_operations=[migrations.RunSQL(f"DROP INDEX {index}", f"CREATE INDEX {index} ON {columns}")])


class Migration(migrations.Migration):
    """`escalate_once` begins with the clock; nobody asks for all rungs that a person acknowledged."""

    dependencies = [
        ('dispatch', '0002_initial'),
        ('tickets', '0004_lighter_writes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        without_index(
            'clock', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='tickets.clock'),
            "dispatch_escalation_clock_id_23689df2", "dispatch_escalation (clock_id)"),
        without_index(
            'acknowledged_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            "dispatch_escalation_acknowledged_by_id_47251375", "dispatch_escalation (acknowledged_by_id)"),
    ]
