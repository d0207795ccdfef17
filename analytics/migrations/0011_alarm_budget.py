"""How many alarms may be chance, chosen by a supervisor."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0010_targets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AlarmBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('per_series_year', models.FloatField(null=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('per_series_year', None), ('per_series_year__gt', 0), _connector='OR'), name='an_alarm_budget_is_above_zero')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarmbudget',
            trigger=pgtrigger.compiler.Trigger(name='alarm_budget_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2ee30f91222732c11fcc49a1add23676a0042d27', operation='UPDATE OR DELETE', pgid='pgtrigger_alarm_budget_is_append_only_5fd20', table='analytics_alarmbudget', when='BEFORE')),
        ),
    ]
