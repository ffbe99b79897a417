import apps.audit.triggers.sql
import apps.core.uuid7
import apps.reports.models.run
import apps.reports.models.subscription
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('audit', '0002_history'),
        ('core', '0001_uuid7'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosedPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What is counted, such as weekly.', max_length=50)),
                ('period', models.CharField(help_text='Such as 2026-W47.', max_length=20)),
                ('closed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='closed')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('name', 'period'), name='closed_period_unique')],
            },
        ),
        migrations.CreateModel(
            name='ReportMailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heartbeat_at', models.DateTimeField(editable=False, null=True)),
                ('claimed_by', models.CharField(blank=True, editable=False, max_length=120)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='starts')),
                ('failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('cancel_requested_at', models.DateTimeField(editable=False, null=True)),
                ('error', models.TextField(blank=True, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('state', models.CharField(choices=[('preparing', 'Preparing'), ('sending', 'Sending'), ('done', 'Done'), ('skipped', 'Skipped'), ('missed', 'Missed'), ('failed', 'Failed')], default='preparing', max_length=20)),
                ('params', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                ('period', models.CharField(blank=True, max_length=100)),
                ('reason', models.TextField(blank=True)),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('task_run_id', models.BigIntegerField(blank=True, null=True, verbose_name='task run')),
                ('real_started_by', models.ForeignKey(editable=False, help_text='Who acted as the person who started it, where somebody did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(blank=True, help_text='Empty if the timetable did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReportEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope_key', models.CharField(max_length=200)),
                ('subject', models.CharField(max_length=250)),
                ('html', models.TextField()),
                ('text', models.TextField()),
                ('chart', models.BinaryField(null=True)),
                ('file', models.FileField(blank=True, storage=apps.reports.models.run.private_storage, upload_to='report-mails/%Y/%m/')),
                ('is_attached', models.BooleanField(default=True)),
                ('totals', models.JSONField(blank=True, default=list)),
                ('digest', models.CharField(max_length=64)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('mailing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='reports.reportmailing')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('mailing', 'scope_key'), name='report_edition_unique')],
            },
        ),
        migrations.CreateModel(
            name='ReportRecipient',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('email', models.EmailField(blank=True, db_default='', default='', help_text='Of a recipient without an account.', max_length=254, verbose_name='e-mail')),
                ('unsubscribed_at', models.DateTimeField(editable=False, null=True, verbose_name='unsubscribed')),
                ('problem', models.CharField(blank=True, db_default='', default='', editable=False, help_text='Why the last mail left them out.', max_length=300)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='received_reports', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('retrying', 'Retrying'), ('refused', 'Refused'), ('uncertain', 'Uncertain')], default='waiting', max_length=20)),
                ('error', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='next try')),
                ('claimed_by', models.CharField(blank=True, db_default='', editable=False, max_length=120)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('given_at', models.DateTimeField(editable=False, null=True, verbose_name='given to the server')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='queued')),
                ('queued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='reports.reportedition')),
                ('mailing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='reports.reportmailing')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reports.reportrecipient')),
            ],
            options={
                'verbose_name': 'report mail',
                'ordering': ['-id'],
                'permissions': [('decide_delivery', 'Can send report mails again, or leave them')],
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'retrying', 'sending'))), fields=['next_try_at'], name='report_delivery_open'), models.Index(fields=['state', '-id'], name='report_delivery_state')],
                'constraints': [models.UniqueConstraint(fields=('mailing', 'recipient'), name='report_delivery_unique'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'retrying', 'refused', 'uncertain'])), name='report_delivery_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='ReportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heartbeat_at', models.DateTimeField(editable=False, null=True)),
                ('claimed_by', models.CharField(blank=True, editable=False, max_length=120)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='starts')),
                ('failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('cancel_requested_at', models.DateTimeField(editable=False, null=True)),
                ('error', models.TextField(blank=True, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('report', models.CharField(max_length=100)),
                ('params', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                ('format', models.CharField(blank=True, max_length=10)),
                ('period', models.CharField(blank=True, max_length=100)),
                ('source', models.CharField(choices=[('page', 'Download'), ('command', 'Command')], max_length=20, verbose_name='made for')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('expired', 'Expired'), ('canceled', 'Canceled'), ('failed', 'Failed')], default='queued', max_length=20)),
                ('row_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(blank=True, null=True)),
                ('file', models.FileField(blank=True, storage=apps.reports.models.run.private_storage, upload_to=apps.reports.models.run.run_path)),
                ('scope_key', models.CharField(blank=True, editable=False, max_length=200)),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('task_run_id', models.BigIntegerField(blank=True, null=True, verbose_name='task run')),
                ('real_started_by', models.ForeignKey(editable=False, help_text='Who acted as the person who started it, where somebody did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(blank=True, help_text='Empty if a command did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('view_report', 'Can view reports')],
                'indexes': [models.Index(fields=['report', '-id'], name='report_run_report'), models.Index(fields=['state', '-id'], name='report_run_state'), models.Index(fields=['created_at'], name='report_run_created')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'expired', 'canceled', 'failed'])), name='report_run_state_is_known'), models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['queued', 'running']), _connector='OR'), name='report_run_claimed_only_at_work')],
            },
        ),
        migrations.CreateModel(
            name='ReportSubscription',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('report', models.CharField(help_text="Name of the report's definition.", max_length=100)),
                ('params', models.JSONField(blank=True, db_default={}, default=dict, verbose_name='parameters')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel (XLSX)'), ('pdf', 'PDF'), ('none', 'No file')], db_default='csv', default='csv', max_length=10, verbose_name='attached file')),
                ('when', models.CharField(db_default='Mondays at 07:00', default='Mondays at 07:00', max_length=200)),
                ('time_zone', models.CharField(db_default='UTC', default=apps.reports.models.subscription.site_time_zone, max_length=64)),
                ('skips_empty', models.BooleanField(db_default=False, default=False, verbose_name='only when there is something')),
                ('skips_unchanged', models.BooleanField(db_default=False, default=False, verbose_name='only when it changed')),
                ('enabled', models.BooleanField(db_default=True, default=True)),
                ('decided_until', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('next_due_at', models.DateTimeField(editable=False, null=True, verbose_name='next mail')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['report', 'pk'],
                'permissions': [('subscribe_report', 'Can subscribe to a report'), ('share_report', 'Can mail reports to others')],
                'indexes': [models.Index(fields=['report', 'id'], name='report_subscription_report'), models.Index(fields=['created_at'], name='report_subscription_created'), models.Index(condition=models.Q(('enabled', True)), fields=['next_due_at'], name='report_subscription_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('format__in', ['csv', 'xlsx', 'pdf', 'none'])), name='report_subscription_format_is_known')],
            },
        ),
        migrations.AddField(
            model_name='reportrecipient',
            name='subscription',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='reports.reportsubscription'),
        ),
        migrations.AddField(
            model_name='reportmailing',
            name='subscription',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='mailings', to='reports.reportsubscription'),
        ),
        migrations.CreateModel(
            name='HistoricalReportRecipient',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('email', models.EmailField(blank=True, db_default='', default='', help_text='Of a recipient without an account.', max_length=254, verbose_name='e-mail')),
                ('unsubscribed_at', models.DateTimeField(editable=False, null=True, verbose_name='unsubscribed')),
                ('problem', models.CharField(blank=True, db_default='', default='', editable=False, help_text='Why the last mail left them out.', max_length=300)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('subscription', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reports.reportsubscription')),
            ],
            options={
                'verbose_name': 'historical report recipient',
                'verbose_name_plural': 'historical report recipients',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_reportrecip_date307676', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_reportrecip_id1d05e1'), models.Index(fields=['subscription', 'history_id'], name='hist_reportrecip_subscra7d045')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ClosedNumbers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.UUIDField()),
                ('label', models.CharField(max_length=200)),
                ('numbers', models.JSONField(default=dict)),
                ('closed', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='reports.closedperiod')),
            ],
            options={
                'verbose_name_plural': 'closed numbers',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('closed', 'owner'), name='closed_numbers_unique')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalReportSubscription',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('report', models.CharField(help_text="Name of the report's definition.", max_length=100)),
                ('params', models.JSONField(blank=True, db_default={}, default=dict, verbose_name='parameters')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel (XLSX)'), ('pdf', 'PDF'), ('none', 'No file')], db_default='csv', default='csv', max_length=10, verbose_name='attached file')),
                ('when', models.CharField(db_default='Mondays at 07:00', default='Mondays at 07:00', max_length=200)),
                ('time_zone', models.CharField(db_default='UTC', default=apps.reports.models.subscription.site_time_zone, max_length=64)),
                ('skips_empty', models.BooleanField(db_default=False, default=False, verbose_name='only when there is something')),
                ('skips_unchanged', models.BooleanField(db_default=False, default=False, verbose_name='only when it changed')),
                ('enabled', models.BooleanField(db_default=True, default=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical report subscription',
                'verbose_name_plural': 'historical report subscriptions',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_reportsubsc_date6c4337', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_reportsubsc_id071082'), models.Index(fields=['owner', 'history_id'], name='hist_reportsubsc_owner38083e')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='a7ca0a8a18bdb47782bb48cf348c02038a5f31e1', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c8cfe', table='reports_historicalreportsubscription', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='eb3ca910b0fd225c96a0b508606286cbfa948e44', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_9d4b3', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_historicalreportsubscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "reports_historicalreportsubscription" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='0f5a5766e39b78654470835ae38583394ccd6821', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_36c1f', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_historicalreportsubscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "reports_historicalreportsubscription" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "report", "params", "format", "when", "time_zone", "skips_empty", "skips_unchanged", "enabled", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."report", n."params", n."format", n."when", n."time_zone", n."skips_empty", n."skips_unchanged", n."enabled", n."owner_id"\n         FROM new_rows n; RETURN NULL;', hash='e80bf6fd02bfd92b7a85a00f2508e5b5aa4b5a31', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_999c5', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_reportsubscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "reports_historicalreportsubscription" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "report", "params", "format", "when", "time_zone", "skips_empty", "skips_unchanged", "enabled", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."report", o."params", o."format", o."when", o."time_zone", o."skips_empty", o."skips_unchanged", o."enabled", o."owner_id"), 0),\n                n."id", n."created_at", n."report", n."params", n."format", n."when", n."time_zone", n."skips_empty", n."skips_unchanged", n."enabled", n."owner_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."report", o."params", o."format", o."when", o."time_zone", o."skips_empty", o."skips_unchanged", o."enabled", o."owner_id"), ROW(n."id", n."created_at", n."report", n."params", n."format", n."when", n."time_zone", n."skips_empty", n."skips_unchanged", n."enabled", n."owner_id")\n            );\n            RETURN NULL;\n        ', hash='623d6e3c0df4bd786b39dee8ceec7fd1272c988b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_a3eae', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_reportsubscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "reports_historicalreportsubscription" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "report", "params", "format", "when", "time_zone", "skips_empty", "skips_unchanged", "enabled", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."report", o."params", o."format", o."when", o."time_zone", o."skips_empty", o."skips_unchanged", o."enabled", o."owner_id"), 0),\n                o."id", o."created_at", o."report", o."params", o."format", o."when", o."time_zone", o."skips_empty", o."skips_unchanged", o."enabled", o."owner_id"\n         FROM old_rows o; RETURN NULL;', hash='ea854cafe538e854f30bc2bbf7d71f45a70c8594', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_83715', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_reportsubscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='83b4cfd5e32e4f1b9238b38ed2ae572c4941b484', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_59e38', table='reports_reportsubscription', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportsubscription',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='26e344c126cf68c3533942f33342ad70825678aa', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_9d6fb', table='reports_reportsubscription', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='reportrecipient',
            constraint=models.CheckConstraint(condition=models.Q(('user', None), ('email', ''), _connector='XOR'), name='report_recipient_is_one'),
        ),
        migrations.AddConstraint(
            model_name='reportrecipient',
            constraint=models.UniqueConstraint(fields=('subscription', 'user'), name='report_recipient_user_unique'),
        ),
        migrations.AddConstraint(
            model_name='reportrecipient',
            constraint=models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('subscription', 'email'), name='report_recipient_email_unique'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "reports_historicalreportrecipient" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "unsubscribed_at", "problem", "subscription_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."email", n."unsubscribed_at", n."problem", n."subscription_id", n."user_id"\n         FROM new_rows n; RETURN NULL;', hash='1c3af5ed6fb53eb969be3749057964bc6e873e95', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_56906', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_reportrecipient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "reports_historicalreportrecipient" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "unsubscribed_at", "problem", "subscription_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."email", o."unsubscribed_at", o."problem", o."subscription_id", o."user_id"), 0),\n                n."id", n."created_at", n."email", n."unsubscribed_at", n."problem", n."subscription_id", n."user_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."email", o."unsubscribed_at", o."problem", o."subscription_id", o."user_id"), ROW(n."id", n."created_at", n."email", n."unsubscribed_at", n."problem", n."subscription_id", n."user_id")\n            );\n            RETURN NULL;\n        ', hash='3e66f540e411ba21b9a68377d46166ab5438e1bc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_f2829', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_reportrecipient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "reports_historicalreportrecipient" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "unsubscribed_at", "problem", "subscription_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."email", o."unsubscribed_at", o."problem", o."subscription_id", o."user_id"), 0),\n                o."id", o."created_at", o."email", o."unsubscribed_at", o."problem", o."subscription_id", o."user_id"\n         FROM old_rows o; RETURN NULL;', hash='77da9c9f04cffe844343120927fb4d23ef2388d9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_3dc53', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_reportrecipient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='0aaf717c84131c51d1e088bdfd04e2e88dba84ff', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_4f742', table='reports_reportrecipient', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='81a82a4c0e059c68ea6a821f118babfc2afb8e38', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_fb6ef', table='reports_reportrecipient', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='reportmailing',
            index=models.Index(fields=['due_at'], name='report_mailing_due'),
        ),
        migrations.AddIndex(
            model_name='reportmailing',
            index=models.Index(condition=models.Q(('state__in', ['preparing', 'sending'])), fields=['state'], name='report_mailing_open'),
        ),
        migrations.AddConstraint(
            model_name='reportmailing',
            constraint=models.UniqueConstraint(fields=('subscription', 'due_at'), name='report_mailing_unique'),
        ),
        migrations.AddConstraint(
            model_name='reportmailing',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['preparing', 'sending', 'done', 'skipped', 'missed', 'failed'])), name='report_mailing_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='reportmailing',
            constraint=models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['preparing']), _connector='OR'), name='report_mailing_claimed_only_at_work'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='dcbdfc86d1a3152f936dff633a95f71498a06e6e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_16447', table='reports_historicalreportrecipient', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='b513c768a112c54f72b663694f8811f8c9b0a1db', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_db64d', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_historicalreportrecipient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalreportrecipient',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'email\', \'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'email\', \'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."email"), ROW(n."email")) AND (coalesce(n."email"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'email\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."email")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "reports_historicalreportrecipient" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."email"), ROW(n."email")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "reports_historicalreportrecipient" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='3c4ef932bc48bd3bb6a46857a35671a7e6d710ab', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_96dd1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_historicalreportrecipient', when='AFTER')),
        ),
    ]
