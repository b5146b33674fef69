"""Articles of knowledge, their versions and their uses."""
import django.contrib.postgres.indexes
import django.db.models.deletion
import knowledge.search
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_guides_put_away'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(knowledge.search.MAKE, knowledge.search.UNMAKE),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveIntegerField(unique=True)),
                ('number', models.CharField(max_length=10, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField()),
                ('uses', models.PositiveIntegerField(default=0)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('proposed', 'Proposed'), ('draft', 'Being written'), ('submitted', 'Waits for approval'), ('published', 'Published'), ('replaced', 'Replaced'), ('withdrawn', 'Withdrawn from use')], max_length=10)),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('question', models.CharField(blank=True, max_length=300, verbose_name='question')),
                ('answer', models.TextField(max_length=1900, verbose_name='answer')),
                ('keywords', models.CharField(blank=True, max_length=200, verbose_name='keywords')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('audience', models.CharField(choices=[('public', 'May be told to citizens'), ('internal', 'For colleagues only')], max_length=10)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('review_on', models.DateField(null=True)),
                ('ivr_text', models.CharField(blank=True, max_length=200)),
                ('ivr_key', models.CharField(blank=True, max_length=4)),
                ('change_note', models.CharField(blank=True, max_length=200)),
                ('search_text', models.TextField()),
                ('from_ticket', models.CharField(blank=True, max_length=16)),
                ('written_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('remark', models.CharField(blank=True, max_length=300)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='knowledge.article')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket_no', models.CharField(max_length=16, unique=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='used', to='knowledge.version')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='article',
            trigger=pgtrigger.compiler.Trigger(name='article_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='042af3842375b040a439f9241d9d454ff88ceb54', operation='DELETE', pgid='pgtrigger_article_never_deleted_45c8f', table='knowledge_article', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='article',
            trigger=pgtrigger.compiler.Trigger(name='article_number_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."serial" IS DISTINCT FROM (NEW."serial"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='33800c576120e902271f9ba5570c17a6a4915469', operation='UPDATE', pgid='pgtrigger_article_number_stays_9ad8d', table='knowledge_article', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='version',
            index=django.contrib.postgres.indexes.GinIndex(knowledge.search.Pairs('search_text'), condition=models.Q(('status', 'published')), name='version_pairs'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=django.contrib.postgres.indexes.GinIndex(knowledge.search.Pairs('keywords'), condition=models.Q(('status', 'published')), name='version_keyword_pairs'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(condition=models.Q(('status', 'published')), fields=['review_on'], name='version_review'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(condition=models.Q(('status__in', ('proposed', 'draft', 'submitted'))), fields=['status'], name='version_waiting'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('article', 'version'), name='version_once'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'published')), fields=('article',), name='version_one_published'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('proposed', 'draft', 'submitted'))), fields=('article',), name='version_one_open'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'published'), models.Q(('ivr_key', ''), _negated=True)), fields=('ivr_key',), name='version_ivr_key_once'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'draft', 'submitted', 'published', 'replaced', 'withdrawn'])), name='version_status_known'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('audience__in', ['public', 'internal'])), name='version_audience_known'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None), models.Q(('status', 'published'), _negated=True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('submitted_by__isnull', False), models.Q(('approved_by', models.F('author')), _negated=True), models.Q(('approved_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='version_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('answer__gt', ''), ('keywords__gt', ''), ('owner__isnull', False), ('review_on__isnull', False), ('source__gt', ''), ('valid_from__isnull', False)), _connector='OR'), name='version_published_complete'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_from', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='version_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ivr_key', ''), ('ivr_text', '')), ('audience', 'public'), _connector='OR'), name='version_read_out_only_to_the_public'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('status__in', ('replaced', 'withdrawn'))), models.Q(models.Q(('status__in', ('replaced', 'withdrawn')), _negated=True), ('ended_at', None), ('ended_by', None)), _connector='OR'), name='version_ended_at_and_by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='version',
            trigger=pgtrigger.compiler.Trigger(name='version_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='01f7988e4bfd7c60e49f1dab3863d7f5ed8ac188', operation='DELETE', pgid='pgtrigger_version_never_deleted_1eb98', table='knowledge_version', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='version',
            trigger=pgtrigger.compiler.Trigger(name='version_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."area_id" IS DISTINCT FROM (NEW."area_id") OR OLD."article_id" IS DISTINCT FROM (NEW."article_id") OR OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."change_note" IS DISTINCT FROM (NEW."change_note") OR OLD."from_ticket" IS DISTINCT FROM (NEW."from_ticket") OR OLD."ivr_key" IS DISTINCT FROM (NEW."ivr_key") OR OLD."ivr_text" IS DISTINCT FROM (NEW."ivr_text") OR OLD."keywords" IS DISTINCT FROM (NEW."keywords") OR OLD."legal_basis" IS DISTINCT FROM (NEW."legal_basis") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."question" IS DISTINCT FROM (NEW."question") OR OLD."review_on" IS DISTINCT FROM (NEW."review_on") OR OLD."search_text" IS DISTINCT FROM (NEW."search_text") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from") OR OLD."valid_to" IS DISTINCT FROM (NEW."valid_to") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0831061fd7692a24d78e317ddb0449ca7754b877', operation='UPDATE', pgid='pgtrigger_version_written_once_d0ed6', table='knowledge_version', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='version',
            trigger=pgtrigger.compiler.Trigger(name='version_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{proposed:replaced,proposed:withdrawn,draft:submitted,draft:replaced,draft:withdrawn,submitted:published,submitted:draft,submitted:replaced,submitted:withdrawn,published:replaced,published:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='cc1d797f0c9acda2bede7262f86fef4daa9dfd31', operation='UPDATE', pgid='pgtrigger_version_moves_99b3a', table='knowledge_version', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='version',
            trigger=pgtrigger.compiler.Trigger(name='version_born_open', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.status NOT IN ('proposed', 'draft') OR NEW.approved_by_id IS NOT NULL THEN\n        RAISE EXCEPTION 'a version is born as a proposal or a draft, not as %', NEW.status USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='f2271ab3dd94934abd8dedf3f774ad004fbc7e18', operation='INSERT', pgid='pgtrigger_version_born_open_a524e', table='knowledge_version', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='version',
            trigger=pgtrigger.compiler.Trigger(name='version_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.approved_at IS NOT NULL AND (NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id\n       OR NEW.approved_at IS DISTINCT FROM OLD.approved_at OR NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id)\n       OR OLD.ended_at IS NOT NULL THEN\n        RAISE EXCEPTION 'version % is decided', OLD.id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='6a7d4c0af3b9c52ba3fc22f970e6466200590d1d', operation='UPDATE', pgid='pgtrigger_version_decided_once_92f9d', table='knowledge_version', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='use',
            trigger=pgtrigger.compiler.Trigger(name='use_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dfa8d29e0b8757034de4f014a1dcf169e7860ed1', operation='UPDATE OR DELETE', pgid='pgtrigger_use_append_only_26656', table='knowledge_use', when='BEFORE')),
        ),
    ]
