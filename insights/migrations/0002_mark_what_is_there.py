"""Every hour of a district that is older than its hourly figures: marked, and so counted by and by. With much history
`manage.py rebuild_rollups` is quicker."""
from django.db import migrations

TICKETS = "INSERT INTO insights_hourmark (ticket, seq) SELECT id, version FROM tickets_ticket"
CALLS = "INSERT INTO insights_hourmark (hour) SELECT DISTINCT date_trunc('hour', started_at) FROM tickets_call"


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_hourly_figures_and_rankings")]
    operations = [migrations.RunSQL([TICKETS, CALLS], migrations.RunSQL.noop)]
