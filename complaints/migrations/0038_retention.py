
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0037_letter_language'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HeldCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matter', models.CharField(max_length=120, verbose_name='事项或案号')),
                ('reason', models.TextField(verbose_name='保留的理由')),
                ('placed_at', models.DateTimeField()),
                ('release_reason', models.TextField(blank=True, verbose_name='解除的理由')),
                ('release_asked_at', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('complaint', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='retention', serialize=False, to='complaints.complaint')),
                ('code', models.CharField(max_length=40, verbose_name='保管类别')),
                ('years', models.PositiveSmallIntegerField()),
                ('until', models.DateField(blank=True, null=True, verbose_name='保管至')),
                ('reason', models.TextField(blank=True, verbose_name='理由')),
                ('set_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='complaint',
            name='legal_hold',
            field=models.BooleanField(db_default=False, default=False, verbose_name='诉讼保留'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='communication',
            trigger=pgtrigger.compiler.Trigger(name='held_text_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF TG_OP = 'UPDATE' THEN IF NEW.text IS NOT DISTINCT FROM OLD.text THEN RETURN NEW; END IF; END IF; IF EXISTS (SELECT FROM complaints_complaint c WHERE c.id = OLD.complaint_id AND c.legal_hold) THEN RAISE EXCEPTION 'the text belongs to a case under a legal hold' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;", hash='542b002055c95307b8ca9751e78cca1343e11dcb', operation='UPDATE OR DELETE', pgid='pgtrigger_held_text_is_kept_d0646', table='complaints_communication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='held_case_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."legal_hold")', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='303237e9bf1c0dbb40f6584f3600f10bcfc0b778', operation='DELETE', pgid='pgtrigger_held_case_is_not_deleted_35755', table='complaints_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='held_case_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.legal_hold AND (NOT NEW.legal_hold OR (NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id) OR ROW(OLD.number, OLD.title, OLD.narrative, OLD.claims, OLD.category, OLD.rights, OLD.channel, OLD.risk_flags, OLD.confidential, OLD.product_name, OLD.product_category, OLD.order_number, OLD.transaction_date, OLD.price_paid, OLD.loss_claimed, OLD.currency, OLD.external_reference, OLD.source, OLD.consumer_id, OLD.filed_by, OLD.folder_id, OLD.received_at, OLD.created_at) IS DISTINCT FROM ROW(NEW.number, NEW.title, NEW.narrative, NEW.claims, NEW.category, NEW.rights, NEW.channel, NEW.risk_flags, NEW.confidential, NEW.product_name, NEW.product_category, NEW.order_number, NEW.transaction_date, NEW.price_paid, NEW.loss_claimed, NEW.currency, NEW.external_reference, NEW.source, NEW.consumer_id, NEW.filed_by, NEW.folder_id, NEW.received_at, NEW.created_at)))', func="IF NEW.legal_hold OR EXISTS (SELECT FROM complaints_heldcase h JOIN complaints_legalhold l ON l.id = h.hold_id WHERE h.complaint_id = OLD.id AND l.released_at IS NULL) THEN RAISE EXCEPTION 'the case is under a legal hold' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;", hash='f22f53919c145c353e467bcb115096f87421e130', operation='UPDATE', pgid='pgtrigger_held_case_is_kept_fb68e', table='complaints_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consumer',
            trigger=pgtrigger.compiler.Trigger(name='held_person_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF TG_OP = 'UPDATE' THEN IF NOT (ROW(OLD.name_sealed, OLD.name_masked, OLD.name_index, OLD.phone_sealed, OLD.phone_masked, OLD.phone_index, OLD.email_sealed, OLD.email_masked, OLD.email_index, OLD.id_number_sealed, OLD.id_number_masked, OLD.id_number_index, OLD.bank_account_sealed, OLD.bank_account_masked, OLD.bank_account_index, OLD.address_sealed, OLD.address_masked) IS DISTINCT FROM ROW(NEW.name_sealed, NEW.name_masked, NEW.name_index, NEW.phone_sealed, NEW.phone_masked, NEW.phone_index, NEW.email_sealed, NEW.email_masked, NEW.email_index, NEW.id_number_sealed, NEW.id_number_masked, NEW.id_number_index, NEW.bank_account_sealed, NEW.bank_account_masked, NEW.bank_account_index, NEW.address_sealed, NEW.address_masked)) AND octet_length(NEW.data_key) > 0 THEN RETURN NEW; END IF; END IF; IF EXISTS (SELECT FROM complaints_complaint WHERE consumer_id = OLD.id AND legal_hold) THEN RAISE EXCEPTION 'the consumer has a case under a legal hold' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;", hash='f8f9d0b9cde14a0881f311657ff3307f31acf1db', operation='UPDATE OR DELETE', pgid='pgtrigger_held_person_is_kept_b235b', table='complaints_consumer', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='heldcase',
            name='added_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='heldcase',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='complaints.complaint'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='placed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='release_asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='released_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='heldcase',
            name='hold',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='complaints.legalhold'),
        ),
        migrations.AddField(
            model_name='retention',
            name='set_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='legalhold',
            index=models.Index(fields=['-placed_at', '-id'], name='legal_holds_by_age'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(('released_at', None), models.Q(models.Q(('release_reason', ''), _negated=True), models.Q(('released_by', models.F('release_asked_by')), _negated=True), ('release_asked_by__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='a_hold_is_released_by_two'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4db8d7eca41dc4cc86c8bcd66d59098c1068d8ef', operation='DELETE', pgid='pgtrigger_legal_hold_is_kept_c2c26', table='complaints_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_says_what_it_said', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.released_at IS NOT NULL OR (OLD.matter, OLD.reason, OLD.placed_by_id, OLD.placed_at) IS DISTINCT FROM (NEW.matter, NEW.reason, NEW.placed_by_id, NEW.placed_at))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5ad4a5c65ffecc1a98d9a099423d9d945f4aa7dc', operation='UPDATE', pgid='pgtrigger_legal_hold_says_what_it_said_8d4b7', table='complaints_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='released_cases_are_free', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)', func='\nUPDATE complaints_complaint c SET legal_hold = false\nWHERE c.legal_hold AND c.id IN (SELECT complaint_id FROM complaints_heldcase WHERE hold_id = NEW.id)\n  AND NOT EXISTS (\n    SELECT FROM complaints_heldcase h JOIN complaints_legalhold l ON l.id = h.hold_id\n    WHERE h.complaint_id = c.id AND l.released_at IS NULL);\nRETURN NULL;\n', hash='abefff6677c1614d9d5a01c135a41923ba6c0ed1', operation='UPDATE', pgid='pgtrigger_released_cases_are_free_7ede7', table='complaints_legalhold', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='heldcase',
            constraint=models.UniqueConstraint(fields=('hold', 'complaint'), name='a_case_is_held_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldcase',
            trigger=pgtrigger.compiler.Trigger(name='held_case_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e2b45e34a879a2c12bebb998a5cc2d154efb9f79', operation='UPDATE OR DELETE', pgid='pgtrigger_held_case_is_append_only_719e2', table='complaints_heldcase', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldcase',
            trigger=pgtrigger.compiler.Trigger(name='held_case_is_marked', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nUPDATE complaints_complaint SET legal_hold = true WHERE id = NEW.complaint_id AND NOT legal_hold;\nRETURN NULL;\n', hash='fb5464b793388ca4c1c5d7ab15285870b71b80ba', operation='INSERT', pgid='pgtrigger_held_case_is_marked_26ebf', table='complaints_heldcase', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='retention',
            index=models.Index(fields=['until', 'complaint'], name='kept_until'),
        ),
    ]
