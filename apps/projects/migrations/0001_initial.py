import apps.audit.triggers.sql
import apps.core.uuid7
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
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
        ('organizations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('trash_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, db_default='', default='')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('archived', 'Archived')], db_default='draft', default='draft', max_length=20)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='created_projects', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('deleted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deleted by')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='projects', to='organizations.organization')),
            ],
            options={
                'ordering': ['name', 'id'],
                'abstract': False,
                'default_permissions': ('add', 'change', 'delete', 'view', 'restore', 'purge'),
                'base_manager_name': 'all_objects',
                'indexes': [models.Index(fields=['organization', 'deleted_at'], name='project_organization'), models.Index(fields=['name', 'id'], name='project_name'), models.Index(fields=['status', 'name', 'id'], name='project_status'), models.Index(fields=['created_at', 'id'], name='project_created'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='project_trash'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='project_search')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('organization', 'name'), name='project_name_unique', violation_error_message='This organization already has a project of this name.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='project_name_is_given', violation_error_message='A project needs a name.'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'active', 'archived'])), name='project_status_is_known')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalTask',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('title', models.CharField(max_length=200)),
                ('status', models.CharField(choices=[('todo', 'To do'), ('in_progress', 'In progress'), ('done', 'Done')], db_default='todo', default='todo', max_length=20)),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='due')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('assignee', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='projects.project')),
            ],
            options={
                'verbose_name': 'historical task',
                'verbose_name_plural': 'historical tasks',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_task_date8bd7f2', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_task_ide7764c'), models.Index(fields=['project', 'history_id'], name='hist_task_projec066b0d')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='TrashedProject',
            fields=[
            ],
            options={
                'verbose_name': 'project in the trash',
                'verbose_name_plural': 'projects in the trash',
                'ordering': ['-deleted_at'],
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('projects.project',),
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('title', models.CharField(max_length=200)),
                ('status', models.CharField(choices=[('todo', 'To do'), ('in_progress', 'In progress'), ('done', 'Done')], db_default='todo', default='todo', max_length=20)),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='due')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='projects.project')),
            ],
            options={
                'ordering': ['title', 'id'],
                'indexes': [models.Index(fields=['status', 'due_date'], name='task_status'), models.Index(fields=['due_date', 'id'], name='task_due'), models.Index(fields=['status', 'title', 'id'], name='task_status_title'), models.Index(fields=['title', 'id'], name='task_title'), models.Index(fields=['created_at'], name='task_created'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('title', config='simple'), name='task_search')],
                'constraints': [models.UniqueConstraint(fields=('project', 'title'), name='task_title_unique', violation_error_message='This project already has a task of this title.'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='task_title_is_given', violation_error_message='A task needs a title.'), models.CheckConstraint(condition=models.Q(('status__in', ['todo', 'in_progress', 'done'])), name='task_status_is_known')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalProject',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('trash_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, db_default='', default='')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('archived', 'Archived')], db_default='draft', default='draft', max_length=20)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deleted by')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical project',
                'verbose_name_plural': 'historical projects',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_project_dated64b7a', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_project_idcfea78'), models.Index(fields=['organization', 'history_id'], name='hist_project_organi937ead')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalproject',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='63998cbfeeecce0cb1ad3136b649f8a422fc0cea', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_31b01', table='projects_historicalproject', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalproject',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='7d37ec7fdd65d780fce8a5fe26761abff3fc46c7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_e2379', referencing='REFERENCING OLD TABLE AS old_rows ', table='projects_historicalproject', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalproject',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "projects_historicalproject" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='45fe39c8b2a63cd549947619dfb128ac0e7561b6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_24232', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='projects_historicalproject', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "projects_historicalproject" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "description", "status", "organization_id", "created_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."description", n."status", n."organization_id", n."created_by_id"\n         FROM new_rows n; RETURN NULL;', hash='02015aa827ea49fce3eef8476eaf242f620d6530', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_75a04', referencing='REFERENCING NEW TABLE AS new_rows ', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "projects_historicalproject" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "description", "status", "organization_id", "created_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."description", o."status", o."organization_id", o."created_by_id"), 0),\n                n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."description", n."status", n."organization_id", n."created_by_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."description", o."status", o."organization_id", o."created_by_id"), ROW(n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."description", n."status", n."organization_id", n."created_by_id")\n            );\n            RETURN NULL;\n        ', hash='3c9f9c1cbc1f4f29f4cdfe7a89f888e49d65bc62', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_6b717', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "projects_historicalproject" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "description", "status", "organization_id", "created_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."description", o."status", o."organization_id", o."created_by_id"), 0),\n                o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."description", o."status", o."organization_id", o."created_by_id"\n         FROM old_rows o; RETURN NULL;', hash='619f303b7733e1f953cc2604cace9f733c85e6b6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_19ddd', referencing='REFERENCING OLD TABLE AS old_rows ', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='326909c55587dda6dd199f72b373d916c60b120a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_8f67f', table='projects_project', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='fdb4cdb7d708c28bd152b7f83e358e1dac3e3358', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_1067a', table='projects_project', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaltask',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='c9e7b0e7f81fc7d6a87c8cb45f6593d85a13aa78', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_99608', table='projects_historicaltask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaltask',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='572f8f564c92cbf0ac39d9c7dfc89580855efac5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_ccdfb', referencing='REFERENCING OLD TABLE AS old_rows ', table='projects_historicaltask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaltask',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "projects_historicaltask" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='cd89be4fbafa625dec65b986f7f174c57c03ae70', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_f578e', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='projects_historicaltask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "projects_historicaltask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "title", "status", "due_date", "project_id", "assignee_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."title", n."status", n."due_date", n."project_id", n."assignee_id"\n         FROM new_rows n; RETURN NULL;', hash='e788f68896fab22e0580b3c9f4e21f21759bc638', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_90231', referencing='REFERENCING NEW TABLE AS new_rows ', table='projects_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "projects_historicaltask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "title", "status", "due_date", "project_id", "assignee_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."title", o."status", o."due_date", o."project_id", o."assignee_id"), 0),\n                n."id", n."created_at", n."title", n."status", n."due_date", n."project_id", n."assignee_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."title", o."status", o."due_date", o."project_id", o."assignee_id"), ROW(n."id", n."created_at", n."title", n."status", n."due_date", n."project_id", n."assignee_id")\n            );\n            RETURN NULL;\n        ', hash='0b4cb8c1e6f13426378a105cb30a9dcfdbed154a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_127b0', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='projects_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "projects_historicaltask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "title", "status", "due_date", "project_id", "assignee_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."title", o."status", o."due_date", o."project_id", o."assignee_id"), 0),\n                o."id", o."created_at", o."title", o."status", o."due_date", o."project_id", o."assignee_id"\n         FROM old_rows o; RETURN NULL;', hash='a10a81d826e58de819131fa34d2369a21fc440fc', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_9b336', referencing='REFERENCING OLD TABLE AS old_rows ', table='projects_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='1d3b9e1962441e6c679cd5a8342a1f2b258fccac', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_1307b', table='projects_task', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='ee2053a70855c4eeeb01baac5e3d1d6d2abdda4c', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_f61e3', table='projects_task', when='BEFORE')),
        ),
    ]
