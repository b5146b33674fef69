import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('tickets', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ListChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=30)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='list_choices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='list_choice_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('desk', models.CharField(max_length=30)),
                ('list', models.CharField(max_length=30)),
                ('query', models.CharField(blank=True, max_length=800)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=30)),
                ('shared_role', models.CharField(blank=True, choices=[('OP', 'Operator'), ('OPS', 'Shift leader'), ('RV', 'Reviewer'), ('DP', 'Dispatcher'), ('LI', 'Unit liaison'), ('HD', 'Unit handler'), ('UL', 'Unit leader'), ('CB', 'Callback agent'), ('SV', 'Supervisor'), ('ZH', 'Coordination group'), ('DL', 'Duty leader'), ('QL', 'District leader'), ('KE', 'Knowledge editor'), ('QI', 'Quality inspector'), ('AD', 'System administrator'), ('AU', 'Auditor')], max_length=3)),
                ('created_at', models.DateTimeField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('shared_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('name'), name='saved_view_name_once', violation_error_message='You have a view of this name already.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_has_a_name'), models.CheckConstraint(condition=models.Q(('shared_unit', None), ('shared_role', ''), _connector='OR'), name='saved_view_shared_one_way'), models.CheckConstraint(condition=models.Q(('shared_role__in', ['', 'OP', 'OPS', 'RV', 'DP', 'LI', 'HD', 'UL', 'CB', 'SV', 'ZH', 'DL', 'QL', 'KE', 'QI', 'AD', 'AU'])), name='saved_view_role_known')],
            },
        ),
    ]
