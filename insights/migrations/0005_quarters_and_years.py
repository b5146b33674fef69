"""Reports of a quarter and of a year: longer names of kinds. A wider column is only noted, no row is written again."""
from django.db import migrations, models

KINDS = [("hourly", "Hourly briefing"), ("daily", "Daily report"), ("weekly", "Weekly report"), ("monthly", "Monthly report"),
         ("quarterly", "Quarterly report"), ("yearly", "Yearly report"),
         ("category", "Daily report of urgent and sensitive matters"), ("holiday", "Holiday report")]


class Migration(migrations.Migration):
    dependencies = [("insights", "0004_alerts")]

    operations = [
        migrations.AlterField("report", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AlterField("reportcounter", "kind", models.CharField(max_length=10)),
    ]
