import apps.audit.triggers.sql
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0001_functions'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.TextField()),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('position', models.BigIntegerField()),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigIntegerField(db_default=0, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('target_pk', models.TextField(default='')),
                ('target_label', models.TextField(default='')),
                ('reason', models.TextField(db_default='', default='')),
                ('data', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Redaction',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('table', models.TextField()),
                ('rows', models.BigIntegerField()),
                ('positions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ('reason', models.TextField()),
                ('change_set_id', models.UUIDField()),
                ('database_role', models.TextField()),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('digests', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField())),
                ('links', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(null=True))),
                ('person', models.UUIDField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Removal',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('table', models.TextField()),
                ('rows', models.BigIntegerField()),
                ('positions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ('reason', models.TextField()),
                ('change_set_id', models.UUIDField()),
                ('database_role', models.TextField()),
            ],
            options={
                'ordering': ['-id'],
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('day', models.DateField()),
                ('rows', models.BigIntegerField()),
                ('last_position', models.BigIntegerField()),
                ('previous', models.TextField()),
                ('digest', models.TextField(unique=True)),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SealBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.TextField()),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('personal', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('first_position', models.BigIntegerField()),
                ('last_position', models.BigIntegerField()),
                ('positions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ('digests', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField())),
                ('digest', models.TextField()),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(db_index=True)),
                ('finished_at', models.DateTimeField()),
                ('whole', models.BooleanField()),
                ('rows', models.BigIntegerField()),
                ('problems', models.JSONField(default=list)),
                ('head', models.TextField(default='')),
            ],
            options={
                'ordering': ['-started_at'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('position', models.BigIntegerField(unique=True)),
                ('root_id', models.UUIDField(db_index=True)),
                ('started_at', models.DateTimeField(db_index=True)),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_label', models.TextField()),
                ('real_actor_id', models.UUIDField(null=True)),
                ('real_actor_label', models.TextField(default='')),
                ('reason', models.TextField(default='')),
                ('source', models.CharField(max_length=20)),
                ('request_id', models.TextField(default='')),
                ('path', models.TextField(default='')),
                ('address', models.TextField(default='')),
                ('run_kind', models.TextField(default='')),
                ('run_id', models.TextField(default='')),
                ('database_role', models.TextField()),
                ('application', models.TextField(default='')),
            ],
            options={
                'ordering': ['-started_at', '-id'],
                'permissions': [('view_auditlog', 'Can view the audit log'), ('export_auditlog', 'Can export the audit log'), ('revert_record', 'Can revert a record to an earlier state')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['actor_id', 'started_at'], name='changeset_actor'), models.Index(fields=['request_id'], name='changeset_request'), models.Index(condition=models.Q(('run_kind', ''), _negated=True), fields=['run_kind', 'run_id'], name='changeset_run')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changeset',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='0a04fe82efe9701fb656134796f920faeded7440', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_decb0', table='audit_changeset', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changeset',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(position ORDER BY position),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='b97f9d95e0ac916339eccb0a99eebe3f10a4551a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_fee7d', referencing='REFERENCING OLD TABLE AS old_rows ', table='audit_changeset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='changeset',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.position = o.position\n                WHERE to_jsonb(o) - ARRAY[\'actor_label\', \'real_actor_label\', \'address\', \'reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'actor_label\', \'real_actor_label\', \'address\', \'reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.position = o.position\n                WHERE record_image_ne(ROW(o."actor_label", o."real_actor_label", o."address"), ROW(n."actor_label", n."real_actor_label", n."address")) AND (coalesce(n."actor_label"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."real_actor_label"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."address"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'actor_label\', \'real_actor_label\', \'address\'],\n                count(*), array_agg(o.position ORDER BY o.position),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."actor_label", o."real_actor_label", o."address")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.position),\n                array_agg(NULL::bigint ORDER BY o.position),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.position = o.position WHERE record_image_ne(ROW(o."actor_label", o."real_actor_label", o."address"), ROW(n."actor_label", n."real_actor_label", n."address")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.position = o.position\n                WHERE record_image_ne(ROW(o."reason"), ROW(n."reason")) AND (coalesce(n."reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'reason\'],\n                count(*), array_agg(o.position ORDER BY o.position),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.position),\n                array_agg(NULL::bigint ORDER BY o.position),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.position = o.position WHERE record_image_ne(ROW(o."reason"), ROW(n."reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='e2188b09903713449e9d4734b89b66ad12e9173d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_7f42b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='audit_changeset', when='AFTER')),
        ),
        migrations.AddField(
            model_name='event',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='event',
            name='target_type',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contenttypes.contenttype'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='b05a2d48bacfaf29c1cb128827ec238597138b92', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_432c2', table='audit_redaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='removal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='7d3386044b15ef403b087b79adfc379152e20137', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_196e3', table='audit_removal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='9de0af8addc5bdbbea2689b0ae74a489d40d1dbb', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_4de12', table='audit_seal', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='sealblock',
            name='seal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blocks', to='audit.seal'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['kind', 'id'], name='event_kind'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['target_type', 'target_pk', 'id'], name='event_target'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='fill', sql=apps.audit.triggers.sql.AuditTriggerSql(func="\n            NEW.id := nextval('audit_position');\n            NEW.at := clock_timestamp();\n            NEW.change_set_id := audit_change_set();\n            NEW.reason := coalesce(nullif(NEW.reason, ''), current_setting('audit.reason', true), '');\n            RETURN NEW;\n        ", hash='d342120231844a71af0076efbf20dfcdf4c07e6f', operation='INSERT', pgid='pgtrigger_fill_8be75', table='audit_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='4b74a4d826b375c1baeda8766fd8bfe3d5ed12a8', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_7d947', table='audit_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(id ORDER BY id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='cbbe8c38d7295417ac956ea4da7c969c528e8aeb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_9dd83', referencing='REFERENCING OLD TABLE AS old_rows ', table='audit_event', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.id = o.id\n                WHERE to_jsonb(o) - ARRAY[\'target_label\', \'data\', \'reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'target_label\', \'data\', \'reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.id = o.id\n                WHERE record_image_ne(ROW(o."target_label"), ROW(n."target_label")) AND (coalesce(n."target_label"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'target_label\'],\n                count(*), array_agg(o.id ORDER BY o.id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."target_label")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.id),\n                array_agg(NULL::bigint ORDER BY o.id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE record_image_ne(ROW(o."target_label"), ROW(n."target_label")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.id = o.id\n                WHERE record_image_ne(ROW(o."data"), ROW(n."data")) AND (coalesce(n."data"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'data\'],\n                count(*), array_agg(o.id ORDER BY o.id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."data")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.id),\n                array_agg(NULL::bigint ORDER BY o.id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE record_image_ne(ROW(o."data"), ROW(n."data")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.id = o.id\n                WHERE record_image_ne(ROW(o."reason"), ROW(n."reason")) AND (coalesce(n."reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'reason\'],\n                count(*), array_agg(o.id ORDER BY o.id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.id),\n                array_agg(NULL::bigint ORDER BY o.id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE record_image_ne(ROW(o."reason"), ROW(n."reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='485cbba593ff77aaf6d0d220cf3007f82bb52c0d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_4b6bf', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='audit_event', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='sealblock',
            index=models.Index(fields=['table', 'last_position'], name='sealblock_table'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sealblock',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='1d8ee917b720a18ffe636f834339b6d7b8c8d312', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_20165', table='audit_sealblock', when='BEFORE')),
        ),
    ]
