
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0011_difficulty_general'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='unit_summary',
            field=models.TextField(blank=True),
        ),
    ]
