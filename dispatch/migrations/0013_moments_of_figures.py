"""Indexes for the moments at which figures count; built beside the work, so nobody waits."""
import django.db.models.functions.comparison
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0004_guides_put_away'),
        ('dispatch', '0012_replies_found_by_words'),
        ('tickets', '0021_channels'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='assignment',
            index=models.Index(condition=models.Q(('level', 1), ('role', 'lead')), fields=['opened_at'], name='assignment_opened'),
        ),
        AddIndexConcurrently(
            model_name='assignment',
            index=models.Index(django.db.models.functions.comparison.Coalesce('signed_at', 'closed_at'), condition=models.Q(('level', 1), ('role', 'lead')), name='assignment_taken'),
        ),
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(condition=models.Q(('reached', True)), fields=['at'], name='contact_reached'),
        ),
        AddIndexConcurrently(
            model_name='reminder',
            index=models.Index(fields=['at'], name='reminder_at'),
        ),
        AddIndexConcurrently(
            model_name='request',
            index=models.Index(fields=['at'], name='request_at'),
        ),
        AddIndexConcurrently(
            model_name='request',
            index=models.Index(condition=models.Q(('status', 'approved')), fields=['decided_at'], name='request_granted'),
        ),
        AddIndexConcurrently(
            model_name='supervisionorder',
            index=models.Index(fields=['at'], name='supervision_at'),
        ),
        AddIndexConcurrently(
            model_name='supervisionorder',
            index=models.Index(fields=['due_at'], name='supervision_due'),
        ),
    ]
