"""Indexes for the moments at which figures count; built beside the work, so nobody waits."""
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0004_guides_put_away'),
        ('tickets', '0023_question_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='clock',
            index=models.Index(condition=models.Q(('kind__in', ('RECEIPT', 'RESPONSE', 'COMPLETION'))), fields=['due_at'], name='clock_promise_due'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('closure_kind', 'forced')), fields=['closed_at'], name='ticket_forced'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('accepted_at__isnull', False)), fields=['accepted_at'], name='ticket_accepted_at'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('first_dispatched_at__isnull', False)), fields=['first_dispatched_at'], name='ticket_first_dispatched_at'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('completed_at__isnull', False)), fields=['completed_at'], name='ticket_completed_at'),
        ),
    ]
