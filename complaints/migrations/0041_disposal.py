
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0040_sealed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # What was held before there were blocks waits for one too.
        migrations.RunSQL(
            "INSERT INTO audit_pending (kind, row_id, since) "
            "SELECT 'held_case', id, clock_timestamp() FROM complaints_heldcase ORDER BY id",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='Destroyed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='案件编号')),
                ('at', models.DateTimeField(verbose_name='销毁时间')),
                ('code', models.CharField(max_length=40)),
                ('until', models.DateField()),
                ('basis', models.JSONField(default=dict)),
                ('reviews', models.JSONField(default=list)),
                ('files', models.JSONField(default=list)),
                ('person', models.BooleanField()),
                ('replayed', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='DisposalBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposed_at', models.DateTimeField()),
                ('due_on', models.DateField(verbose_name='最早销毁日')),
            ],
        ),
        migrations.CreateModel(
            name='DisposalReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('approved', models.BooleanField()),
                ('reason', models.TextField(blank=True)),
                ('keep_until', models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DisposalRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', '待复核'), ('rejected', '继续保管'), ('destroyed', '已销毁')], default='waiting', max_length=10)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('files_gone_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name='complaint',
            name='destroyed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='销毁时间'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldcase',
            trigger=pgtrigger.compiler.Trigger(name='held_case_is_sealed', sql=pgtrigger.compiler.UpsertTriggerSql(func="INSERT INTO audit_pending (kind, row_id, since) SELECT 'held_case', id, clock_timestamp() FROM added; RETURN NULL;", hash='007e500641a32508b79770a96efde9360e28f9d2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_held_case_is_sealed_e28f7', referencing='REFERENCING NEW TABLE AS added ', table='complaints_heldcase', when='AFTER')),
        ),
        migrations.AddField(
            model_name='destroyed',
            name='complaint',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='destroyed', to='complaints.complaint'),
        ),
        migrations.AddIndex(
            model_name='disposalbatch',
            index=models.Index(fields=['-proposed_at', '-id'], name='disposal_by_age'),
        ),
        migrations.AddField(
            model_name='disposalreview',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disposalrow',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='complaints.disposalbatch'),
        ),
        migrations.AddField(
            model_name='disposalrow',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disposals', to='complaints.complaint'),
        ),
        migrations.AddField(
            model_name='disposalreview',
            name='row',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='complaints.disposalrow'),
        ),
        migrations.AddIndex(
            model_name='destroyed',
            index=models.Index(fields=['-at', '-id'], name='register_by_age'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='destroyed',
            trigger=pgtrigger.compiler.Trigger(name='register_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='77a6dd4a8f1048aaea330da88714918b6034ade1', operation='UPDATE OR DELETE', pgid='pgtrigger_register_is_append_only_a8aa3', table='complaints_destroyed', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='destroyed',
            trigger=pgtrigger.compiler.Trigger(name='destroyed_is_sealed', sql=pgtrigger.compiler.UpsertTriggerSql(func="INSERT INTO audit_pending (kind, row_id, since) SELECT 'destroyed', id, clock_timestamp() FROM added; RETURN NULL;", hash='b6951ddae542018d6db6d0a146d58d472ad96c21', level='STATEMENT', operation='INSERT', pgid='pgtrigger_destroyed_is_sealed_4cf09', referencing='REFERENCING NEW TABLE AS added ', table='complaints_destroyed', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='disposalrow',
            index=models.Index(condition=models.Q(('files_gone_at', None), ('state', 'destroyed')), fields=['id'], name='files_left_to_destroy'),
        ),
        migrations.AddConstraint(
            model_name='disposalrow',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('complaint',), name='a_file_is_proposed_once'),
        ),
        migrations.AddConstraint(
            model_name='disposalrow',
            constraint=models.CheckConstraint(condition=models.Q(('files_gone_at', None), ('state', 'destroyed'), _connector='OR'), name='files_go_after_the_file'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposalrow',
            trigger=pgtrigger.compiler.Trigger(name='a_settled_proposal_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'waiting' AND (NEW.state, NEW.complaint_id, NEW.settled_at) IS DISTINCT FROM (OLD.state, OLD.complaint_id, OLD.settled_at))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a1e1b26c21011f3a36f83f69f0b05a1e34f76834', operation='UPDATE', pgid='pgtrigger_a_settled_proposal_stays_ba2e6', table='complaints_disposalrow', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposalrow',
            trigger=pgtrigger.compiler.Trigger(name='proposal_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5e8491edcf99d6a69537afff9e9b4f03fc9c0662', operation='DELETE', pgid='pgtrigger_proposal_is_kept_26f98', table='complaints_disposalrow', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='disposalreview',
            constraint=models.UniqueConstraint(fields=('row', 'by'), name='a_reviewer_says_it_once'),
        ),
        migrations.AddConstraint(
            model_name='disposalreview',
            constraint=models.CheckConstraint(condition=models.Q(('approved', True), models.Q(models.Q(('reason', ''), _negated=True), ('keep_until__isnull', False)), _connector='OR'), name='what_is_kept_is_kept_for_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposalreview',
            trigger=pgtrigger.compiler.Trigger(name='disposal_review_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f1709e5d1e49ba1a1f05aa3e686a2df6bdd330a', operation='UPDATE OR DELETE', pgid='pgtrigger_disposal_review_is_kept_faa99', table='complaints_disposalreview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposalreview',
            trigger=pgtrigger.compiler.Trigger(name='disposal_review_is_sealed', sql=pgtrigger.compiler.UpsertTriggerSql(func="INSERT INTO audit_pending (kind, row_id, since) SELECT 'disposal_review', id, clock_timestamp() FROM added; RETURN NULL;", hash='edc3855faff9f4d130669a0cd71b6f74a992879e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_disposal_review_is_sealed_17988', referencing='REFERENCING NEW TABLE AS added ', table='complaints_disposalreview', when='AFTER')),
        ),
    ]
