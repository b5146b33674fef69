import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """`notice_merged` has the few rows that have a digest. Only the index goes: AlterField by itself would make the
    foreign key again and check every row of a large table under a lock."""

    dependencies = [
        ('notices', '0002_notices_of_a_ticket'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField(
                model_name='notice',
                name='digest',
                field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='notices.notice'),
            )],
            database_operations=[migrations.RunSQL("DROP INDEX notices_notice_digest_id_917c04b6",
                                                   "CREATE INDEX notices_notice_digest_id_917c04b6 ON notices_notice (digest_id)")],
        ),
    ]
