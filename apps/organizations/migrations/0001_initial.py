import apps.audit.triggers.sql
import apps.core.fields
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
    ]

    operations = [
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('trash_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(db_index=False, max_length=200)),
                ('external_id', models.CharField(blank=True, db_default='', default='', help_text="The customer's own number for this organization.", max_length=200, verbose_name='external ID')),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('closed', 'Closed')], db_default='active', default='active', max_length=20)),
                ('deleted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deleted by')),
                ('owner', models.ForeignKey(blank=True, help_text='The person responsible for this organization. Always a member with the role owner.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_organizations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
                'abstract': False,
                'default_permissions': ('add', 'change', 'delete', 'view', 'restore', 'purge'),
                'base_manager_name': 'all_objects',
                'indexes': [models.Index(fields=['name', 'id'], name='organization_name'), models.Index(fields=['status', 'name', 'id'], name='organization_status'), models.Index(fields=['created_at', 'id'], name='organization_created'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='organization_trash'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', 'slug', 'external_id', config='simple'), name='organization_search')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('slug',), name='organization_slug_unique', violation_error_message='Another organization has this slug.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), models.Q(('external_id', ''), _negated=True)), fields=('external_id',), name='organization_external_id_unique', violation_error_message='Another organization has this external ID.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organization_name_is_given', violation_error_message='An organization needs a name.'), models.CheckConstraint(condition=models.Q(('slug', ''), _negated=True), name='organization_slug_is_given', violation_error_message='An organization needs a slug.'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended', 'closed'])), name='organization_status_is_known')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('member', 'Member'), ('viewer', 'Viewer')], db_default='member', default='member', max_length=20)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'member',
                'ordering': ['organization', 'user'],
                'indexes': [models.Index(fields=['organization', 'role'], name='membership_organization_role'), models.Index(fields=['role', 'id'], name='membership_role'), models.Index(fields=['created_at', 'id'], name='membership_created'), models.Index(fields=['organization', 'id'], name='membership_organization')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'user'), name='membership_unique', violation_error_message='This person is already a member of this organization.'), models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'member', 'viewer'])), name='membership_role_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('email', apps.core.fields.FoldedEmailField(max_length=254, verbose_name='e-mail')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('member', 'Member'), ('viewer', 'Viewer')], db_default='member', default='member', max_length=20)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('revoked', 'Revoked'), ('expired', 'Expired')], db_default='pending', default='pending', editable=False, max_length=20)),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='link')),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='expires')),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sent')),
                ('accepted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='accepted')),
                ('accepted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accepted_invitations', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sent_invitations', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='organizations.organization')),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['state', 'expires_at'], name='invitation_state'), models.Index(fields=['created_at'], name='invitation_created'), models.Index(fields=['state', 'id'], name='invitation_state_newest'), models.Index(fields=['email'], name='invitation_email'), models.Index(fields=['organization', 'created_at'], name='invitation_organization'), models.Index(condition=models.Q(('sent_at', None), ('state', 'pending')), fields=['created_at'], name='invitation_unsent'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('email', config='simple'), name='invitation_search')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('organization', 'email'), name='invitation_pending_unique', violation_error_message='An invitation to this address is already waiting.'), models.CheckConstraint(condition=models.Q(('email__endswith', '@anonymous.invalid'), ('state', 'pending'), _negated=True), name='invitation_removed_is_nobody', violation_error_message='Addresses at anonymous.invalid stand for people whose personal data was removed. Use another one.'), models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'member', 'viewer'])), name='invitation_role_is_known'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'accepted', 'revoked', 'expired'])), name='invitation_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalStaffOrganization',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical access limit',
                'verbose_name_plural': 'historical access limits',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_stafforgani_date82e5b0', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_stafforgani_id19bcb0'), models.Index(fields=['user', 'history_id'], name='hist_stafforgani_user814e99'), models.Index(fields=['organization', 'history_id'], name='hist_stafforgani_organi4af077')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMembership',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('member', 'Member'), ('viewer', 'Viewer')], db_default='member', default='member', max_length=20)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical member',
                'verbose_name_plural': 'historical members',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_membership_datee5caa8', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_membership_id3a7193'), models.Index(fields=['user', 'history_id'], name='hist_membership_usera7a9d6'), models.Index(fields=['organization', 'history_id'], name='hist_membership_organi204eb5')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalInvitation',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('email', apps.core.fields.FoldedEmailField(max_length=254, verbose_name='e-mail')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('member', 'Member'), ('viewer', 'Viewer')], db_default='member', default='member', max_length=20)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('revoked', 'Revoked'), ('expired', 'Expired')], db_default='pending', default='pending', editable=False, max_length=20)),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='expires')),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sent')),
                ('accepted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='accepted')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('accepted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical invitation',
                'verbose_name_plural': 'historical invitations',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_invitation_datee764b3', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_invitation_id9ca55b'), models.Index(fields=['organization', 'history_id'], name='hist_invitation_organie23635')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='TrashedOrganization',
            fields=[
            ],
            options={
                'verbose_name': 'organization in the trash',
                'verbose_name_plural': 'organizations in the trash',
                'ordering': ['-deleted_at'],
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('organizations.organization',),
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='StaffOrganization',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen_by', to='organizations.organization')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scope', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'access limit',
                'verbose_name_plural': 'access limits',
                'ordering': ['user', 'organization'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'organization'), name='stafforganization_unique')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalOrganization',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                ('trash_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(db_index=False, max_length=200)),
                ('external_id', models.CharField(blank=True, db_default='', default='', help_text="The customer's own number for this organization.", max_length=200, verbose_name='external ID')),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('closed', 'Closed')], db_default='active', default='active', max_length=20)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('deleted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deleted by')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The person responsible for this organization. Always a member with the role owner.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical organization',
                'verbose_name_plural': 'historical organizations',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_organizatio_date66c95f', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_organizatio_id177041')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalorganization',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='9c2d9fee1168137cc70cf87ceb32f56f80a47c7d', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_2738f', table='organizations_historicalorganization', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalorganization',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='f95fddfc696dd3dc2182b09504ad95472acbbd25', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_22c1d', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_historicalorganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalorganization',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "organizations_historicalorganization" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='f2c83f06dbe0cb5a3164783350190907e0b618fb', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_78bd5', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_historicalorganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='owner_is_a_member', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."owner_id" IS NOT NULL)', constraint='CONSTRAINT', func="\n                    IF EXISTS (\n                        SELECT 1 FROM organizations_organization o\n                        WHERE o.id = NEW.id AND o.owner_id IS NOT NULL AND NOT EXISTS (\n                            SELECT 1 FROM organizations_membership m\n                            WHERE m.organization_id = o.id\n                              AND m.user_id = o.owner_id AND m.role = 'owner'\n                        )\n                    )\n                    THEN\n                        RAISE EXCEPTION 'the owner of organization % is not a member with the role owner', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_is_a_member';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b97fc0d062fdf87a4c2821ae06136722db07e190', operation='INSERT OR UPDATE OF "owner_id"', pgid='pgtrigger_owner_is_a_member_a4186', table='organizations_organization', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalorganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "slug", "external_id", "status", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."slug", n."external_id", n."status", n."owner_id"\n         FROM new_rows n; RETURN NULL;', hash='c4b0108b13aef71c0989d52cff3e351ea6d81b1b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_4370d', referencing='REFERENCING NEW TABLE AS new_rows ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "organizations_historicalorganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "slug", "external_id", "status", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."slug", o."external_id", o."status", o."owner_id"), 0),\n                n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."slug", n."external_id", n."status", n."owner_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."slug", o."external_id", o."status", o."owner_id"), ROW(n."id", n."created_at", n."deleted_at", n."trash_id", n."deleted_by_id", n."name", n."slug", n."external_id", n."status", n."owner_id")\n            );\n            RETURN NULL;\n        ', hash='6b1daeac463ee4f9ff1235121a505024f0a1f75d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_ba850', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalorganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "deleted_at", "trash_id", "deleted_by_id", "name", "slug", "external_id", "status", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."slug", o."external_id", o."status", o."owner_id"), 0),\n                o."id", o."created_at", o."deleted_at", o."trash_id", o."deleted_by_id", o."name", o."slug", o."external_id", o."status", o."owner_id"\n         FROM old_rows o; RETURN NULL;', hash='2c89f35f90982171d10cfb221711ec89fbd3b767', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_0fc9a', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='3837188a14c8b93ae56d09a676166f972c1e042b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_e81f8', table='organizations_organization', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='e9dd9fce27ced0f1038c4e184028ce02067af347', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_c447d', table='organizations_organization', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='keeps_an_owner', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."role" = \'owner\')', constraint='CONSTRAINT', declare='DECLARE answering uuid;', func="\n                    SELECT owner_id INTO answering FROM organizations_organization\n                    WHERE id = OLD.organization_id FOR NO KEY UPDATE;\n                    IF NOT FOUND THEN\n                        RETURN NULL;\n                    END IF;\n                    IF NOT EXISTS (\n                        SELECT 1 FROM organizations_membership\n                        WHERE organization_id = OLD.organization_id AND role = 'owner'\n                    )\n                    THEN\n                        RAISE EXCEPTION 'organization % would be left without an owner',\n                            OLD.organization_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_keeps_an_owner';\n                    END IF;\n                    IF answering = OLD.user_id AND NOT EXISTS (\n                        SELECT 1 FROM organizations_membership\n                        WHERE organization_id = OLD.organization_id\n                          AND user_id = answering AND role = 'owner'\n                    )\n                    THEN\n                        RAISE EXCEPTION 'the owner of organization % would lose the owner''s membership',\n                            OLD.organization_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_is_a_member';\n                    END IF;\n                    RETURN NULL;\n                ", hash='c2ee11187ead51e871a8cf015e33084c30957e3b', operation='UPDATE OF "role", "organization_id", "user_id" OR DELETE', pgid='pgtrigger_keeps_an_owner_f45c4', table='organizations_membership', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='removed_gets_none', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM accounts_user u JOIN new_rows n ON n.user_id = u.id\n                        WHERE u.email LIKE '%@anonymous.invalid'\n                    )\n                    THEN\n                        RAISE EXCEPTION 'a person whose personal data was removed gets no membership'\n                            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_removed';\n                    END IF;\n                    RETURN NULL;\n                ", hash='e0640c8ca02840292b83a12148c3f49dabe3c6df', level='STATEMENT', operation='INSERT', pgid='pgtrigger_removed_gets_none_08c6c', referencing='REFERENCING NEW TABLE AS new_rows ', table='organizations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalmembership" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "role", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."role", n."user_id", n."organization_id"\n         FROM new_rows n; RETURN NULL;', hash='164d79969de2c94600534084a669cbcc85fe8ae8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_40337', referencing='REFERENCING NEW TABLE AS new_rows ', table='organizations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "organizations_historicalmembership" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "role", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."role", o."user_id", o."organization_id"), 0),\n                n."id", n."created_at", n."role", n."user_id", n."organization_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."role", o."user_id", o."organization_id"), ROW(n."id", n."created_at", n."role", n."user_id", n."organization_id")\n            );\n            RETURN NULL;\n        ', hash='edf646a0256d46f22d206f939a439f4f6e4764b6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_43293', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalmembership" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "role", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."role", o."user_id", o."organization_id"), 0),\n                o."id", o."created_at", o."role", o."user_id", o."organization_id"\n         FROM old_rows o; RETURN NULL;', hash='dbcb1c47660e066579b064b4835ec59d26c769fb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_68ead', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='28a1d4430da622f62bcd0fb8cc4faf51c2717c41', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_4f5c1', table='organizations_membership', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='122a0c2ba56da50db3644c08b9485fb80756bad3', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_24abb', table='organizations_membership', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalinvitation" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "role", "state", "expires_at", "sent_at", "accepted_at", "organization_id", "invited_by_id", "accepted_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."email", n."role", n."state", n."expires_at", n."sent_at", n."accepted_at", n."organization_id", n."invited_by_id", n."accepted_by_id"\n         FROM new_rows n; RETURN NULL;', hash='a8f766242452e4d2e35e3fe036f6e361d113605b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_eaf9a', referencing='REFERENCING NEW TABLE AS new_rows ', table='organizations_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "organizations_historicalinvitation" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "role", "state", "expires_at", "sent_at", "accepted_at", "organization_id", "invited_by_id", "accepted_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), nullif(array_remove(ARRAY[CASE WHEN record_image_ne(ROW(o."token_digest"), ROW(n."token_digest")) THEN \'token_digest\' END]::text[], NULL), \'{}\'), hash_record_extended(ROW(o."id", o."created_at", o."email", o."role", o."state", o."expires_at", o."sent_at", o."accepted_at", o."organization_id", o."invited_by_id", o."accepted_by_id"), 0),\n                n."id", n."created_at", n."email", n."role", n."state", n."expires_at", n."sent_at", n."accepted_at", n."organization_id", n."invited_by_id", n."accepted_by_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."email", o."role", o."state", o."expires_at", o."sent_at", o."accepted_at", o."organization_id", o."invited_by_id", o."accepted_by_id", o."token_digest"), ROW(n."id", n."created_at", n."email", n."role", n."state", n."expires_at", n."sent_at", n."accepted_at", n."organization_id", n."invited_by_id", n."accepted_by_id", n."token_digest")\n            );\n            RETURN NULL;\n        ', hash='c1107ac9aea382c77ee83994ea97bc7505812f67', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_c238e', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalinvitation" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "email", "role", "state", "expires_at", "sent_at", "accepted_at", "organization_id", "invited_by_id", "accepted_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."email", o."role", o."state", o."expires_at", o."sent_at", o."accepted_at", o."organization_id", o."invited_by_id", o."accepted_by_id"), 0),\n                o."id", o."created_at", o."email", o."role", o."state", o."expires_at", o."sent_at", o."accepted_at", o."organization_id", o."invited_by_id", o."accepted_by_id"\n         FROM old_rows o; RETURN NULL;', hash='270097fe2219f96471f9b319431d471d289352f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_c2c90', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='61aaf3d6e1e584904fa410658e3b43a7a6e494db', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_ace3b', table='organizations_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='aad00a2df0a613fbf5cfecbfea31893b38fa401f', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_477ce', table='organizations_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalstafforganization',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='c609c29ba3434cdf1090c438fd43ff2ec4b1bb4e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_fdbd9', table='organizations_historicalstafforganization', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalstafforganization',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='b6dd888e53e01ecda68fb018f85584398ed4ea16', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_e1116', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_historicalstafforganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalstafforganization',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "organizations_historicalstafforganization" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='009a5a3c203959918a28e87322d19c349ead282c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_e81b7', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_historicalstafforganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalmembership',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='e1d2702ca800357ffc47381f1559b55481dcdc94', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_fe7fa', table='organizations_historicalmembership', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalmembership',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='7abaee85dcde5006e0075069daaf9887fc3965b6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_7f69b', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_historicalmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalmembership',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "organizations_historicalmembership" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='473f7f79f9af8def3967e0f48decb8fb5b26cb25', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_e7de7', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_historicalmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalinvitation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='7f7b7649297ca413317349fe6aa39879ea075051', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_ec676', table='organizations_historicalinvitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalinvitation',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='8ae255208790ead1abc55d10117a2cb7c99fa460', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_1b9ae', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_historicalinvitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalinvitation',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'email\', \'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'email\', \'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."email"), ROW(n."email")) AND (coalesce(n."email"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'email\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."email")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "organizations_historicalinvitation" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."email"), ROW(n."email")) HAVING count(*) > 0;\n        \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "organizations_historicalinvitation" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='42f8ed12a7811d37a0e1ae6db94909c66f06bef1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_945e6', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_historicalinvitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stafforganization',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalstafforganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."user_id", n."organization_id"\n         FROM new_rows n; RETURN NULL;', hash='3a0e6fa3f53fce53286e146650d6cadd0b888744', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_80b34', referencing='REFERENCING NEW TABLE AS new_rows ', table='organizations_stafforganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stafforganization',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "organizations_historicalstafforganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."user_id", o."organization_id"), 0),\n                n."id", n."created_at", n."user_id", n."organization_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."user_id", o."organization_id"), ROW(n."id", n."created_at", n."user_id", n."organization_id")\n            );\n            RETURN NULL;\n        ', hash='0948724d03eaca1f2f0d4d9ff32ee57df5fded4d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_6b439', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='organizations_stafforganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stafforganization',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "organizations_historicalstafforganization" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "user_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."user_id", o."organization_id"), 0),\n                o."id", o."created_at", o."user_id", o."organization_id"\n         FROM old_rows o; RETURN NULL;', hash='7e681212bfb292b74641f2a3b85d702755f53eb2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_da92e', referencing='REFERENCING OLD TABLE AS old_rows ', table='organizations_stafforganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stafforganization',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='5efbc990dd72981841547e542f3654ebe05f497e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_54d8d', table='organizations_stafforganization', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stafforganization',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='e604590e192ba45340aac851f5bc44b97f4ff243', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_bdd78', table='organizations_stafforganization', when='BEFORE')),
        ),
    ]
