import apps.audit.triggers.sql
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ("audit", "0002_history"),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalapprovalrequest',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicalapprovalrequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalapprovalrequest',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalapprovalrequest',
            name='real_requester',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The person who acted as the requester, if anyone did.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalapprovalrequest',
            name='requester',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgroup',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicalgroup',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgroup_permissions',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicalgroup_permissions',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group'),
        ),
        migrations.AddField(
            model_name='historicalgroup_permissions',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgroup_permissions',
            name='permission',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.permission'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaluser_groups',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicaluser_groups',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group'),
        ),
        migrations.AddField(
            model_name='historicaluser_groups',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaluser_groups',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaluser_user_permissions',
            name='change_set',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset'),
        ),
        migrations.AddField(
            model_name='historicaluser_user_permissions',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaluser_user_permissions',
            name='permission',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.permission'),
        ),
        migrations.AddField(
            model_name='historicaluser_user_permissions',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='impersonation',
            name='impersonator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impersonations_done', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='impersonation',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impersonations_suffered', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalgroup" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."name"\n         FROM new_rows n; RETURN NULL;', hash='267063dbd9519de907459c0641b73c1a30815967', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_16e2b', referencing='REFERENCING NEW TABLE AS new_rows ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicalgroup" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name"), 0),\n                n."id", n."name"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."name"), ROW(n."id", n."name")\n            );\n            RETURN NULL;\n        ', hash='2ba1b56c07c9eec925d8062d90f69fb598fa1ee5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_4cc8b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalgroup" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name"), 0),\n                o."id", o."name"\n         FROM old_rows o; RETURN NULL;', hash='4f483d9d4acb9e8c4e0958058887bf19bdfbc908', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_f59dc', referencing='REFERENCING OLD TABLE AS old_rows ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='be6bd9dc82d746cc2dcef4da6bea090c4caf334a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_a0ec0', table='auth_group', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='8b3db1cc9e79085b708a8ec1651f56e9230dc2fe', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_47497', table='auth_group', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalgroup_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "group_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."group_id", n."permission_id"\n         FROM new_rows n; RETURN NULL;', hash='1fa4a5f9de74e71c681a209bd701ceade4dac707', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_29d2f', referencing='REFERENCING NEW TABLE AS new_rows ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicalgroup_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "group_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."group_id", o."permission_id"), 0),\n                n."id", n."group_id", n."permission_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."group_id", o."permission_id"), ROW(n."id", n."group_id", n."permission_id")\n            );\n            RETURN NULL;\n        ', hash='a255ae1ba0c197232fbc6a6d2fd2c8b2e38e9bea', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_c2718', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalgroup_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "group_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."group_id", o."permission_id"), 0),\n                o."id", o."group_id", o."permission_id"\n         FROM old_rows o; RETURN NULL;', hash='8d385466c3b8d75bbd3997142287285df81c984f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_274ba', referencing='REFERENCING OLD TABLE AS old_rows ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='6e87c4ebb7575e31130d69d88e21c9d313b9f643', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_dd1c1', table='auth_group_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='1b69bba106933f3381b907014264f461322d877a', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_0b52f', table='auth_group_permissions', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='AuditedUser_groups',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.user_groups',),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['created_at', 'id'], name='user_created'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['status', 'email'], name='user_status'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('email__endswith', '@anonymous.invalid')), fields=['id'], name='user_removed'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_staff', True), ('is_superuser', True), _connector='OR'), fields=['email'], name='user_staff'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('first_name', 'last_name', 'email', config='simple'), name='user_search'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower(django.db.models.functions.comparison.Collate('email', 'C')))), name='user_email_is_folded', violation_error_message='The e-mail address must be in lower case.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email__endswith', '@anonymous.invalid'), _negated=True), models.Q(('is_staff', False), ('is_superuser', False), ('phone', ''), ('status', 'deactivated')), _connector='OR'), name='user_removed_is_nobody', violation_error_message='Addresses at anonymous.invalid stand for people whose personal data was removed. Use another one.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'deactivated'])), name='user_status_is_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    RAISE EXCEPTION 'users are deactivated, never deleted'\n                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_never_deleted';\n                ", hash='45e3145a86fd8f714972a389a57afa78b3ce2e61', operation='DELETE', pgid='pgtrigger_is_never_deleted_7f273', table='accounts_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='removed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (right(OLD.email, 18) = '@anonymous.invalid')", func="\n                    IF ROW(NEW.email, NEW.password, NEW.first_name, NEW.last_name, NEW.phone,\n                           NEW.avatar, NEW.status, NEW.is_verified, NEW.is_staff, NEW.is_superuser,\n                           NEW.is_limited)\n                        IS DISTINCT FROM\n                       ROW(OLD.email, OLD.password, OLD.first_name, OLD.last_name, OLD.phone,\n                           OLD.avatar, OLD.status, OLD.is_verified, OLD.is_staff, OLD.is_superuser,\n                           OLD.is_limited)\n                    THEN\n                        RAISE EXCEPTION 'the personal data of user % was removed: the record never changes',\n                            OLD.id\n                            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_removed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='0c1def45dba07635d77d02a615637384c268ed94', operation='UPDATE', pgid='pgtrigger_removed_stays_1e578', table='accounts_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "is_superuser", "id", "created_at", "email", "first_name", "last_name", "phone", "avatar", "is_verified", "status", "is_staff", "is_limited"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."is_superuser", n."id", n."created_at", n."email", n."first_name", n."last_name", n."phone", n."avatar", n."is_verified", n."status", n."is_staff", n."is_limited"\n         FROM new_rows n; RETURN NULL;', hash='a5555883f8d033e7a23fc86c587cc8302ee1f526', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e218e', referencing='REFERENCING NEW TABLE AS new_rows ', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicaluser" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "is_superuser", "id", "created_at", "email", "first_name", "last_name", "phone", "avatar", "is_verified", "status", "is_staff", "is_limited"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), nullif(array_remove(ARRAY[CASE WHEN record_image_ne(ROW(o."password"), ROW(n."password")) THEN \'password\' END]::text[], NULL), \'{}\'), hash_record_extended(ROW(o."is_superuser", o."id", o."created_at", o."email", o."first_name", o."last_name", o."phone", o."avatar", o."is_verified", o."status", o."is_staff", o."is_limited"), 0),\n                n."is_superuser", n."id", n."created_at", n."email", n."first_name", n."last_name", n."phone", n."avatar", n."is_verified", n."status", n."is_staff", n."is_limited"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."is_superuser", o."id", o."created_at", o."email", o."first_name", o."last_name", o."phone", o."avatar", o."is_verified", o."status", o."is_staff", o."is_limited", o."password"), ROW(n."is_superuser", n."id", n."created_at", n."email", n."first_name", n."last_name", n."phone", n."avatar", n."is_verified", n."status", n."is_staff", n."is_limited", n."password")\n            );\n            RETURN NULL;\n        ', hash='a64b8f2cc78cecf69b76b3eb74d981919c61e161', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e821b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "is_superuser", "id", "created_at", "email", "first_name", "last_name", "phone", "avatar", "is_verified", "status", "is_staff", "is_limited"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."is_superuser", o."id", o."created_at", o."email", o."first_name", o."last_name", o."phone", o."avatar", o."is_verified", o."status", o."is_staff", o."is_limited"), 0),\n                o."is_superuser", o."id", o."created_at", o."email", o."first_name", o."last_name", o."phone", o."avatar", o."is_verified", o."status", o."is_staff", o."is_limited"\n         FROM old_rows o; RETURN NULL;', hash='ec50d5408f34ae30b57d668fe8a2e74a875ca806', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_3f525', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='ff2ba5722540fcf61c322b7f0a337e6a76879246', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_d9c64', table='accounts_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='8b770515b7c80b09d78459c9dfbb5e99ddace1a4', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_5fde0', table='accounts_user', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='AuditedUser_user_permissions',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.user_user_permissions',),
        ),
        migrations.AddIndex(
            model_name='approvalrequest',
            index=models.Index(fields=['state', 'expires_at'], name='approvalrequest_state'),
        ),
        migrations.AddIndex(
            model_name='approvalrequest',
            index=models.Index(fields=['requester', '-created_at'], name='approvalrequest_requester'),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'approved', 'refused', 'withdrawn', 'expired', 'void'])), name='approvalrequest_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(models.Q(('decided_by', models.F('requester')), _negated=True), models.Q(('real_requester__isnull', True), models.Q(('decided_by', models.F('real_requester')), _negated=True), _connector='OR')), _connector='OR'), name='approvalrequest_two_people', violation_error_message="You can't decide on your own request."),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('requester', 'kind', 'fingerprint'), name='approvalrequest_asked_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='says_what_it_said', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."arguments" IS DISTINCT FROM (NEW."arguments") OR OLD."preview" IS DISTINCT FROM (NEW."preview") OR OLD."fingerprint" IS DISTINCT FROM (NEW."fingerprint") OR OLD."requester_id" IS DISTINCT FROM (NEW."requester_id") OR OLD."real_requester_id" IS DISTINCT FROM (NEW."real_requester_id") OR OLD."beneficiaries" IS DISTINCT FROM (NEW."beneficiaries") OR OLD."permissions" IS DISTINCT FROM (NEW."permissions"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5f0d0eefc190daafe979f544b5b9a19db488775e', operation='UPDATE', pgid='pgtrigger_says_what_it_said_87edd', table='accounts_approvalrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8a84721645c710e735c5a6e29054f993902e6adc', operation='DELETE', pgid='pgtrigger_is_kept_6eb2c', table='accounts_approvalrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalapprovalrequest" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "sentence", "fingerprint", "reason", "state", "expires_at", "decided_at", "decision_reason", "outcome", "permissions", "beneficiaries", "requester_id", "real_requester_id", "decided_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."kind", n."sentence", n."fingerprint", n."reason", n."state", n."expires_at", n."decided_at", n."decision_reason", n."outcome", n."permissions", n."beneficiaries", n."requester_id", n."real_requester_id", n."decided_by_id"\n         FROM new_rows n; RETURN NULL;', hash='ef5bc88518e9c65f4336061d6a55b3693e9727c6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_60950', referencing='REFERENCING NEW TABLE AS new_rows ', table='accounts_approvalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicalapprovalrequest" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "sentence", "fingerprint", "reason", "state", "expires_at", "decided_at", "decision_reason", "outcome", "permissions", "beneficiaries", "requester_id", "real_requester_id", "decided_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), nullif(array_remove(ARRAY[CASE WHEN record_image_ne(ROW(o."arguments"), ROW(n."arguments")) THEN \'arguments\' END, CASE WHEN record_image_ne(ROW(o."preview"), ROW(n."preview")) THEN \'preview\' END]::text[], NULL), \'{}\'), hash_record_extended(ROW(o."id", o."created_at", o."kind", o."sentence", o."fingerprint", o."reason", o."state", o."expires_at", o."decided_at", o."decision_reason", o."outcome", o."permissions", o."beneficiaries", o."requester_id", o."real_requester_id", o."decided_by_id"), 0),\n                n."id", n."created_at", n."kind", n."sentence", n."fingerprint", n."reason", n."state", n."expires_at", n."decided_at", n."decision_reason", n."outcome", n."permissions", n."beneficiaries", n."requester_id", n."real_requester_id", n."decided_by_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."kind", o."sentence", o."fingerprint", o."reason", o."state", o."expires_at", o."decided_at", o."decision_reason", o."outcome", o."permissions", o."beneficiaries", o."requester_id", o."real_requester_id", o."decided_by_id", o."arguments", o."preview"), ROW(n."id", n."created_at", n."kind", n."sentence", n."fingerprint", n."reason", n."state", n."expires_at", n."decided_at", n."decision_reason", n."outcome", n."permissions", n."beneficiaries", n."requester_id", n."real_requester_id", n."decided_by_id", n."arguments", n."preview")\n            );\n            RETURN NULL;\n        ', hash='ce921784e8cde4866b561f0ef17704663b4f0cf1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_aa0c7', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_approvalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicalapprovalrequest" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "sentence", "fingerprint", "reason", "state", "expires_at", "decided_at", "decision_reason", "outcome", "permissions", "beneficiaries", "requester_id", "real_requester_id", "decided_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."kind", o."sentence", o."fingerprint", o."reason", o."state", o."expires_at", o."decided_at", o."decision_reason", o."outcome", o."permissions", o."beneficiaries", o."requester_id", o."real_requester_id", o."decided_by_id"), 0),\n                o."id", o."created_at", o."kind", o."sentence", o."fingerprint", o."reason", o."state", o."expires_at", o."decided_at", o."decision_reason", o."outcome", o."permissions", o."beneficiaries", o."requester_id", o."real_requester_id", o."decided_by_id"\n         FROM old_rows o; RETURN NULL;', hash='89669d0e7fa3f3d8bfd365ca082f1f9b16908404', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_1de34', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_approvalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='f950cf7a1749d9a84ac573e8efb55c30354991ca', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_3dde6', table='accounts_approvalrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalrequest',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='a910c4008056bb7e7b880f959e5ff68475e56d4b', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_75245', table='accounts_approvalrequest', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='disclosure',
            index=models.Index(fields=['user', '-id'], name='disclosure_user'),
        ),
        migrations.AddIndex(
            model_name='disclosure',
            index=models.Index(fields=['at'], name='disclosure_at'),
        ),
        migrations.AddIndex(
            model_name='emailchange',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['expires_at'], name='email_change_pending'),
        ),
        migrations.AddConstraint(
            model_name='emailchange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('user',), name='email_change_one_at_a_time', violation_error_message='Another change of this address is already waiting.'),
        ),
        migrations.AddConstraint(
            model_name='emailchange',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'confirmed', 'canceled', 'expired', 'void'])), name='email_change_state_is_known'),
        ),
        migrations.AddIndex(
            model_name='historicalapprovalrequest',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_approvalreq_datec8d4f1', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicalapprovalrequest',
            index=models.Index(fields=['id', 'history_id'], name='hist_approvalreq_id6d5f54'),
        ),
        migrations.AddIndex(
            model_name='historicalapprovalrequest',
            index=models.Index(fields=['requester', 'history_id'], name='hist_approvalreq_reques091a6b'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalapprovalrequest',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='b526e9ddffada62abb581161468f81d562fbfb51', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d5a46', table='accounts_historicalapprovalrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalapprovalrequest',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='e8b82aeed1fd79b21fb8a870311c4588da1f8652', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_65c5f', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicalapprovalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalapprovalrequest',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'sentence\', \'reason\', \'decision_reason\', \'outcome\', \'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'sentence\', \'reason\', \'decision_reason\', \'outcome\', \'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."sentence", o."reason", o."decision_reason", o."outcome"), ROW(n."sentence", n."reason", n."decision_reason", n."outcome")) AND (coalesce(n."sentence"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."decision_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."outcome"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'sentence\', \'reason\', \'decision_reason\', \'outcome\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."sentence", o."reason", o."decision_reason", o."outcome")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicalapprovalrequest" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."sentence", o."reason", o."decision_reason", o."outcome"), ROW(n."sentence", n."reason", n."decision_reason", n."outcome")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicalapprovalrequest" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='7e4d48173541097ca6e799a5e1e4001e8c1803b9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_1f9d0', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicalapprovalrequest', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='historicalgroup',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_group_date943ac0', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicalgroup',
            index=models.Index(fields=['id', 'history_id'], name='hist_group_id46ceb5'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='0c64fcd04f1b138e9a8a1bad6adee5a21b01995c', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_f9e64', table='accounts_historicalgroup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='7f68b5fa2694f8d3693a2d509809f3f4fb0370a3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_a8d72', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicalgroup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicalgroup" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='b6473765e5fd2965b896ea5e9bfd6d9ded4d25c1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_bc474', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicalgroup', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='historicalgroup_permissions',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_group_permi_date0aa796', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicalgroup_permissions',
            index=models.Index(fields=['id', 'history_id'], name='hist_group_permi_idf06b46'),
        ),
        migrations.AddIndex(
            model_name='historicalgroup_permissions',
            index=models.Index(fields=['group', 'history_id'], name='hist_group_permi_group99d099'),
        ),
        migrations.AddIndex(
            model_name='historicalgroup_permissions',
            index=models.Index(fields=['permission', 'history_id'], name='hist_group_permi_permisb375e9'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='a2c99b368032fa31589b06f100b94d325a28fec1', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_ef078', table='accounts_historicalgroup_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='6c4d57c58abf0d4f6b721db7b62bd699b315a056', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_8de19', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicalgroup_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalgroup_permissions',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicalgroup_permissions" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='c02cc50e81ca56bc95ea93496b811fbdddac8743', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_af0d6', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicalgroup_permissions', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='historicaluser',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_user_date14ec9f', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicaluser',
            index=models.Index(fields=['id', 'history_id'], name='hist_user_idd857e3'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='5fa115ba2775c31f8b74e12b07c5f8be579698da', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_ca987', table='accounts_historicaluser', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='8b55e58e8c6df11270cd2ea9a2ca90c28630cf37', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_3a8fa', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicaluser', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'email\', \'phone\', \'first_name\', \'last_name\', \'avatar\', \'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'email\', \'phone\', \'first_name\', \'last_name\', \'avatar\', \'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."email", o."phone", o."first_name", o."last_name", o."avatar"), ROW(n."email", n."phone", n."first_name", n."last_name", n."avatar")) AND (coalesce(n."email"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."phone"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."first_name"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."last_name"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\') OR coalesce(n."avatar"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'email\', \'phone\', \'first_name\', \'last_name\', \'avatar\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."email", o."phone", o."first_name", o."last_name", o."avatar")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicaluser" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."email", o."phone", o."first_name", o."last_name", o."avatar"), ROW(n."email", n."phone", n."first_name", n."last_name", n."avatar")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicaluser" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='0eecb6a3db49f235e366e17a24e29d6475b84317', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_e3331', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicaluser', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='historicaluser_groups',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_user_groups_date30705d', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicaluser_groups',
            index=models.Index(fields=['id', 'history_id'], name='hist_user_groups_id2310a7'),
        ),
        migrations.AddIndex(
            model_name='historicaluser_groups',
            index=models.Index(fields=['user', 'history_id'], name='hist_user_groups_user404972'),
        ),
        migrations.AddIndex(
            model_name='historicaluser_groups',
            index=models.Index(fields=['group', 'history_id'], name='hist_user_groups_group93b09c'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_groups',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='8b664dd18ee4864407113679dddae42895740f22', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_3412c', table='accounts_historicaluser_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='502d976a1673921afd1b43e367c8f0e347009093', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_3c7e9', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicaluser_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicaluser_groups" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='d52608d9e2fd26b98634a43ccfc6bf283d3c094c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_eebd2', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicaluser_groups', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='historicaluser_user_permissions',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_user_user_p_date7e6fa2', pages_per_range=32),
        ),
        migrations.AddIndex(
            model_name='historicaluser_user_permissions',
            index=models.Index(fields=['id', 'history_id'], name='hist_user_user_p_id49e6fb'),
        ),
        migrations.AddIndex(
            model_name='historicaluser_user_permissions',
            index=models.Index(fields=['user', 'history_id'], name='hist_user_user_p_userb430f1'),
        ),
        migrations.AddIndex(
            model_name='historicaluser_user_permissions',
            index=models.Index(fields=['permission', 'history_id'], name='hist_user_user_p_permis52f861'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='2922fd4c9a1190a11d1bbfddf761e0cc6ef34365', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_29fbe', table='accounts_historicaluser_user_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='a0a896402e74b60d13ad5c827c5e175090696f1a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_5d926', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_historicaluser_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaluser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "accounts_historicaluser_user_permissions" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='dbfb6adf6d22dc159d3ac4ab07dfdf2a5088573b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_ff795', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_historicaluser_user_permissions', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='impersonation',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ends_at'], name='impersonation_open'),
        ),
        migrations.AddConstraint(
            model_name='impersonation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('impersonator',), name='impersonation_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."user_id", n."group_id"\n         FROM new_rows n; RETURN NULL;', hash='c6887cacf7453aa1d9444142e9c71c01774dc90f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_f642d', referencing='REFERENCING NEW TABLE AS new_rows ', table='accounts_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicaluser_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."user_id", o."group_id"), 0),\n                n."id", n."user_id", n."group_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."user_id", o."group_id"), ROW(n."id", n."user_id", n."group_id")\n            );\n            RETURN NULL;\n        ', hash='bcc4832adafbabffb5314d1e7818060357cfd2a1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_b1f10', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."user_id", o."group_id"), 0),\n                o."id", o."user_id", o."group_id"\n         FROM old_rows o; RETURN NULL;', hash='2e7c4296d2caf67db496d499e3be5d564df2ae0e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_a0fb2', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='638ed97e8ae021d5b9379114d72528f9b4a1912f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_02bac', table='accounts_user_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='095ae466e4be78a35f41865be3c9ce04a79865d7', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_05577', table='accounts_user_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser_user_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."user_id", n."permission_id"\n         FROM new_rows n; RETURN NULL;', hash='baf87d55b363bf8857d3d20dd847612fc70042ca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_edc58', referencing='REFERENCING NEW TABLE AS new_rows ', table='accounts_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "accounts_historicaluser_user_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."user_id", o."permission_id"), 0),\n                n."id", n."user_id", n."permission_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."user_id", o."permission_id"), ROW(n."id", n."user_id", n."permission_id")\n            );\n            RETURN NULL;\n        ', hash='09a89a2621151a3105bbf8b81168be09ac275e7e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_aaaf2', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='accounts_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "accounts_historicaluser_user_permissions" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "user_id", "permission_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."user_id", o."permission_id"), 0),\n                o."id", o."user_id", o."permission_id"\n         FROM old_rows o; RETURN NULL;', hash='c5fbd7b8183e43803688f13653bbbc5fae7aa3ef', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_6ea63', referencing='REFERENCING OLD TABLE AS old_rows ', table='accounts_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='97f2d01494612504db18b7dbc09e014a2b501f06', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_7971e', table='accounts_user_user_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditeduser_user_permissions',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='d1ceeed6db2d156eb1c2afd859295855483413cb', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_c6960', table='accounts_user_user_permissions', when='BEFORE')),
        ),
    ]
