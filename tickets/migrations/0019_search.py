"""Search by words, numbers' ends, names and second phones.

Made for a table that is in use: nothing here holds a lock for long. Triggers keep what is written meanwhile, what was there
before is filled in by batches, each a transaction of its own, and indexes are built beside the work. It may be stopped and
begun again: then `DROP TABLE tickets_searchtext CASCADE` and the functions search_…() first, or let it run to its end.
A million tickets take some minutes, most of it for the index of words.
"""
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import tickets.finding.index
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction

from accounts.privacy import phone_hash
from tickets.people import name_hash

TICKETS, CALLERS = 5_000, 1_000  # in one transaction


def fill_words(apps, editor):
    last = apps.get_model("tickets", "Ticket").objects.aggregate(last=models.Max("pk"))["last"] or 0
    for begin in range(0, last, TICKETS):
        with transaction.atomic(using=editor.connection.alias), editor.connection.cursor() as cursor:
            cursor.execute(tickets.finding.index.FILL, [begin, begin + TICKETS])


def hash_callers(apps, editor):
    """Names and second phones have to be opened for it, so the keys of the fields must be at hand."""
    callers = apps.get_model("tickets", "Caller").objects.using(editor.connection.alias)
    last = callers.aggregate(last=models.Max("pk"))["last"] or 0
    for begin in range(0, last, CALLERS):
        with transaction.atomic(using=editor.connection.alias):
            found = list(callers.filter(pk__gt=begin, pk__lte=begin + CALLERS).only("pk", "name", "phone2").select_for_update())
            for caller in found:
                caller.name_hash = name_hash(caller.name)
                caller.phone2_hash = phone_hash(caller.phone2) if caller.phone2 else ""
            callers.bulk_update(found, ["name_hash", "phone2_hash"])


def nothing(apps, editor):
    """What was filled in goes with its table and its columns."""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0004_guides_put_away'),
        ('tickets', '0017_similar'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(tickets.finding.index.MAKE, tickets.finding.index.UNMAKE),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='tickets.ticket')),
                ('title', models.TextField()),
                ('words', models.TextField()),
                ('replies', models.TextField(db_default='', default='')),
            ],
        ),
        migrations.AddField(
            model_name='caller',
            name='name_hash',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='caller',
            name='phone2_hash',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        AddIndexConcurrently(
            model_name='caller',
            index=models.Index(condition=models.Q(('phone2_hash', ''), _negated=True), fields=['phone2_hash'], name='caller_phone2'),
        ),
        AddIndexConcurrently(
            model_name='caller',
            index=models.Index(condition=models.Q(('name_hash', ''), _negated=True), fields=['name_hash'], name='caller_name'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(django.db.models.functions.comparison.Collate(django.db.models.functions.text.Reverse('ticket_no'), 'C'), name='ticket_number_tail'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_words_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO tickets_searchtext (ticket_id, title, words, replies)\n    VALUES (NEW.id, search_fold(NEW.title), search_fold(concat_ws(E'\\n', NEW.title, NEW.content, NEW.demand, NEW.address, NEW.answer, NEW.unit_summary)), '')\n    ON CONFLICT (ticket_id) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words;\n    RETURN NULL;\n", hash='4de7648d2b56d262bfa628a1a7a5b583092a66bf', operation='INSERT', pgid='pgtrigger_ticket_words_kept_a07d1', table='tickets_ticket', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_words_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."demand" IS DISTINCT FROM (NEW."demand") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."unit_summary" IS DISTINCT FROM (NEW."unit_summary"))', func="\n    INSERT INTO tickets_searchtext (ticket_id, title, words, replies)\n    VALUES (NEW.id, search_fold(NEW.title), search_fold(concat_ws(E'\\n', NEW.title, NEW.content, NEW.demand, NEW.address, NEW.answer, NEW.unit_summary)), '')\n    ON CONFLICT (ticket_id) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words;\n    RETURN NULL;\n", hash='e8d812b9de26fd8535052c1006579fbc6e74fbd7', operation='UPDATE', pgid='pgtrigger_ticket_words_changed_fc3b0', table='tickets_ticket', when='AFTER')),
        ),
        migrations.RunPython(fill_words, nothing),
        migrations.RunPython(hash_callers, nothing),
        AddIndexConcurrently(
            model_name='searchtext',
            index=django.contrib.postgres.indexes.GinIndex(tickets.finding.index.SearchKeys(models.F('ticket_id'), models.F('title'), models.F('words'), models.F('replies')), fastupdate=False, name='search_keys'),
        ),
    ]
