import apps.audit.triggers.sql
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
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
        ('auth', '0012_alter_user_first_name_max_length'),
        ('core', '0001_uuid7'),
        ('organizations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Switch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, unique=True, verbose_name='Name')),
                ('active', models.BooleanField(default=False, help_text='Is this switch active?', verbose_name='Active')),
                ('note', models.TextField(blank=True, help_text='Note where this Switch is used.', verbose_name='Note')),
                ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now, help_text='Date when this Switch was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Switch was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
            ],
            options={
                'verbose_name': 'Switch',
                'verbose_name_plural': 'Switches',
                'ordering': ['name'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, unique=True, verbose_name='Name')),
                ('everyone', models.BooleanField(blank=True, help_text='Flip this flag on (Yes) or off (No) for everyone, overriding all other settings. Leave as Unknown to use normally.', null=True, verbose_name='Everyone')),
                ('percent', models.DecimalField(blank=True, decimal_places=1, help_text='A number between 0.0 and 99.9 to indicate a percentage of users for whom this flag will be active.', max_digits=3, null=True, verbose_name='Percent')),
                ('staff', models.BooleanField(default=False, help_text='Flag always active for staff?', verbose_name='Staff')),
                ('authenticated', models.BooleanField(default=False, help_text='Flag always active for authenticated users?', verbose_name='Authenticated')),
                ('note', models.TextField(blank=True, help_text='Note where this Flag is used.', verbose_name='Note')),
                ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now, help_text='Date when this Flag was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Flag was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
                ('superusers', models.BooleanField(db_default=False, default=False, help_text='On for superusers.')),
                ('percent_by', models.CharField(choices=[('person', 'People'), ('organization', 'Organizations')], db_default='person', default='person', help_text='Of organizations: all members of an organization get the same answer.', max_length=12, verbose_name='percentage of')),
                ('denied_groups', models.ManyToManyField(blank=True, help_text='Off for people with these staff roles, also if another rule turns it on.', related_name='denied_flags', to='auth.group', verbose_name='staff roles that are denied')),
                ('denied_organizations', models.ManyToManyField(blank=True, help_text='Off for the members of these organizations, also if another rule turns it on.', related_name='denied_flags', to='organizations.organization', verbose_name='organizations that are denied')),
                ('denied_users', models.ManyToManyField(blank=True, help_text='Off for these people, also if another rule turns it on.', related_name='denied_flags', to=settings.AUTH_USER_MODEL, verbose_name='people who are denied')),
                ('groups', models.ManyToManyField(blank=True, help_text='Activate this flag for these user groups.', to='auth.group', verbose_name='Groups')),
                ('organizations', models.ManyToManyField(blank=True, help_text='On for the members of these organizations.', related_name='flags', to='organizations.organization')),
                ('prerequisites', models.ManyToManyField(blank=True, help_text='On only where these flags are on as well.', related_name='dependents', to=settings.WAFFLE_FLAG_MODEL)),
                ('users', models.ManyToManyField(blank=True, help_text='On for these people. For more than a few, use a role or an organization.', related_name='flags', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Flag',
                'verbose_name_plural': 'Flags',
                'ordering': ['name'],
                'permissions': [('flip_flag', 'Can turn flags, switches and samples on and off')],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('percent_by__in', ['person', 'organization'])), name='flag_percent_is_of_something_known')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalFlag',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, verbose_name='Name')),
                ('everyone', models.BooleanField(blank=True, help_text='Flip this flag on (Yes) or off (No) for everyone, overriding all other settings. Leave as Unknown to use normally.', null=True, verbose_name='Everyone')),
                ('percent', models.DecimalField(blank=True, decimal_places=1, help_text='A number between 0.0 and 99.9 to indicate a percentage of users for whom this flag will be active.', max_digits=3, null=True, verbose_name='Percent')),
                ('staff', models.BooleanField(default=False, help_text='Flag always active for staff?', verbose_name='Staff')),
                ('authenticated', models.BooleanField(default=False, help_text='Flag always active for authenticated users?', verbose_name='Authenticated')),
                ('note', models.TextField(blank=True, help_text='Note where this Flag is used.', verbose_name='Note')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Flag was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Flag was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
                ('superusers', models.BooleanField(db_default=False, default=False, help_text='On for superusers.')),
                ('percent_by', models.CharField(choices=[('person', 'People'), ('organization', 'Organizations')], db_default='person', default='person', help_text='Of organizations: all members of an organization get the same answer.', max_length=12, verbose_name='percentage of')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical Flag',
                'verbose_name_plural': 'historical Flags',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_datebf5b7a', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_idb9121d')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_denied_groups',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical flag-group relationship',
                'verbose_name_plural': 'historical flag-group relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_denied_date40e719', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_denied_idd18495'), models.Index(fields=['flag', 'history_id'], name='hist_flag_denied_flage4262f'), models.Index(fields=['group', 'history_id'], name='hist_flag_denied_group1fa946')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_denied_organizations',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical flag-organization relationship',
                'verbose_name_plural': 'historical flag-organization relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_denied_date63f917', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_denied_id39d14c'), models.Index(fields=['flag', 'history_id'], name='hist_flag_denied_flag4bfae5'), models.Index(fields=['organization', 'history_id'], name='hist_flag_denied_organi568709')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_denied_users',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical flag-user relationship',
                'verbose_name_plural': 'historical flag-user relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_denied_datede0ee1', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_denied_id3aa543'), models.Index(fields=['flag', 'history_id'], name='hist_flag_denied_flag2a9b8d'), models.Index(fields=['user', 'history_id'], name='hist_flag_denied_usere4f2b1')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_groups',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical flag-group relationship',
                'verbose_name_plural': 'historical flag-group relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_groups_datea25d41', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_groups_id8e63bc'), models.Index(fields=['flag', 'history_id'], name='hist_flag_groups_flagbd893a'), models.Index(fields=['group', 'history_id'], name='hist_flag_groups_group466586')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_organizations',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name': 'historical flag-organization relationship',
                'verbose_name_plural': 'historical flag-organization relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_organi_dated32866', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_organi_id0ce7c1'), models.Index(fields=['flag', 'history_id'], name='hist_flag_organi_flag7f6fe7'), models.Index(fields=['organization', 'history_id'], name='hist_flag_organi_organid027d9')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_prerequisites',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('from_flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
            ],
            options={
                'verbose_name': 'historical from_flag-to_flag relationship',
                'verbose_name_plural': 'historical from_flag-to_flag relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_prereq_date992f85', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_prereq_idf6e47d'), models.Index(fields=['from_flag', 'history_id'], name='hist_flag_prereq_from_fec27e0'), models.Index(fields=['to_flag', 'history_id'], name='hist_flag_prereq_to_flafccee0')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFlag_users',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('flag', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.WAFFLE_FLAG_MODEL)),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical flag-user relationship',
                'verbose_name_plural': 'historical flag-user relationships',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_flag_users_datef62853', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_flag_users_id770460'), models.Index(fields=['flag', 'history_id'], name='hist_flag_users_flag9ccae4'), models.Index(fields=['user', 'history_id'], name='hist_flag_users_usere671c7')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSample',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, verbose_name='Name')),
                ('percent', models.DecimalField(decimal_places=1, help_text='A number between 0.0 and 100.0 to indicate a percentage of the time this sample will be active.', max_digits=4, verbose_name='Percent')),
                ('note', models.TextField(blank=True, help_text='Note where this Sample is used.', verbose_name='Note')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Sample was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Sample was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical Sample',
                'verbose_name_plural': 'historical Samples',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_sample_datebf57df', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_sample_id7ecd71')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSwitch',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, verbose_name='Name')),
                ('active', models.BooleanField(default=False, help_text='Is this switch active?', verbose_name='Active')),
                ('note', models.TextField(blank=True, help_text='Note where this Switch is used.', verbose_name='Note')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Switch was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Switch was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical Switch',
                'verbose_name_plural': 'historical Switches',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_switch_date9edaa5', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_switch_id6481c6')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human/computer readable name.', max_length=100, unique=True, verbose_name='Name')),
                ('percent', models.DecimalField(decimal_places=1, help_text='A number between 0.0 and 100.0 to indicate a percentage of the time this sample will be active.', max_digits=4, verbose_name='Percent')),
                ('note', models.TextField(blank=True, help_text='Note where this Sample is used.', verbose_name='Note')),
                ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now, help_text='Date when this Sample was created.', verbose_name='Created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, help_text='Date when this Sample was last modified.', verbose_name='Modified')),
                ('is_declared', models.BooleanField(db_default=False, default=False, editable=False, help_text='Declared in the code. Set automatically.', verbose_name='declared')),
                ('is_protected', models.BooleanField(db_default=False, default=False, help_text='Changing it needs re-authentication and, if the settings say so, a second person.', verbose_name='protected')),
            ],
            options={
                'verbose_name': 'Sample',
                'verbose_name_plural': 'Samples',
                'ordering': ['name'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='sample_percent_is_a_share')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='declared_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared")', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='9cdf5eb1f92458afeda7dfabdde887fe0b75ee3f', operation='DELETE', pgid='pgtrigger_declared_stays_ae32c', table='flags_sample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='declared_keeps_its_name', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared" AND NOT (NEW."name" = (OLD."name")))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "name" rows from % table\', TG_TABLE_NAME;', hash='9fdf13d8ebf4572a40bd5d11d4a5d1edffd397ca', operation='UPDATE OF "name"', pgid='pgtrigger_declared_keeps_its_name_7c3d9', table='flags_sample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalsample" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "percent", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."name", n."percent", n."note", n."created", n."modified", n."is_declared", n."is_protected"\n         FROM new_rows n; RETURN NULL;', hash='d0cfbf83e182cefc349f260e77b0d8d4ce171b4c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_9bd34', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalsample" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "percent", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."percent", o."note", o."created", o."modified", o."is_declared", o."is_protected"), 0),\n                n."id", n."name", n."percent", n."note", n."created", n."modified", n."is_declared", n."is_protected"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."name", o."percent", o."note", o."created", o."modified", o."is_declared", o."is_protected"), ROW(n."id", n."name", n."percent", n."note", n."created", n."modified", n."is_declared", n."is_protected")\n            );\n            RETURN NULL;\n        ', hash='ad0ec02ee8d80cc84d80c49c652cb1c85b226001', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e1ff1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalsample" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "percent", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."percent", o."note", o."created", o."modified", o."is_declared", o."is_protected"), 0),\n                o."id", o."name", o."percent", o."note", o."created", o."modified", o."is_declared", o."is_protected"\n         FROM old_rows o; RETURN NULL;', hash='9c1e835ba1558b7fc02b74b4f382772c90b858a3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_fe482', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='a42061e16540f27139be9c3e0e77a136d22a59f3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_c8063', table='flags_sample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='baff6f2adf9da2c7f985e4cf10333dfee53899ae', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_bd9ac', table='flags_sample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='5ce80d21f0788382f72a86dec69d3d912fdb5a9c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_92fbf', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='de55efba087de1bd232d69d70c5c8ed8746d3d92', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_bacb7', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='3d228db2010679a1c4f522e7154aa94427f6a89b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_5ff9f', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_sample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='declared_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared")', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d7aa572b15016d8bbc4896dee0a6b53fe6a39c02', operation='DELETE', pgid='pgtrigger_declared_stays_cd504', table='flags_switch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='declared_keeps_its_name', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared" AND NOT (NEW."name" = (OLD."name")))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "name" rows from % table\', TG_TABLE_NAME;', hash='5c2a5a3aecffffa3de42e7406782555e3df74626', operation='UPDATE OF "name"', pgid='pgtrigger_declared_keeps_its_name_4ed25', table='flags_switch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalswitch" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "active", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."name", n."active", n."note", n."created", n."modified", n."is_declared", n."is_protected"\n         FROM new_rows n; RETURN NULL;', hash='28b42c8af9d579b6a57ca8da01c806ed6b4ce56c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_689a3', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_switch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalswitch" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "active", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."active", o."note", o."created", o."modified", o."is_declared", o."is_protected"), 0),\n                n."id", n."name", n."active", n."note", n."created", n."modified", n."is_declared", n."is_protected"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."name", o."active", o."note", o."created", o."modified", o."is_declared", o."is_protected"), ROW(n."id", n."name", n."active", n."note", n."created", n."modified", n."is_declared", n."is_protected")\n            );\n            RETURN NULL;\n        ', hash='cb9eca58db9269a9667217490b8e8c64c959c410', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_967fa', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_switch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalswitch" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "active", "note", "created", "modified", "is_declared", "is_protected"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."active", o."note", o."created", o."modified", o."is_declared", o."is_protected"), 0),\n                o."id", o."name", o."active", o."note", o."created", o."modified", o."is_declared", o."is_protected"\n         FROM old_rows o; RETURN NULL;', hash='e61d502752e98c18b3bbc39fb72a3b26c4c82545', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_5f818', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_switch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='b49033d197963dd7f8d9c8cfdfda7e2701ab0c5d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_1d1e4', table='flags_switch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='d223a94036dce0d24bee1d5eaa8970207cecbff6', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_b4411', table='flags_switch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='a9c896e7ff8210e3edc17fb542fd17e04603c6e6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_0212b', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_switch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='6f5f854eafe6b0dfc9e5a2f11fa9198b35e31877', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_a216d', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_switch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='switch',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='697b533c071d04a8d26fe00e45ff51d5268dfa06', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_61774', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_switch', when='AFTER')),
        ),
        migrations.CreateModel(
            name='AuditedFlag_denied_groups',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_denied_groups',),
        ),
        migrations.CreateModel(
            name='AuditedFlag_denied_organizations',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_denied_organizations',),
        ),
        migrations.CreateModel(
            name='AuditedFlag_denied_users',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_denied_users',),
        ),
        migrations.CreateModel(
            name='AuditedFlag_groups',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_groups',),
        ),
        migrations.CreateModel(
            name='AuditedFlag_organizations',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_organizations',),
        ),
        migrations.CreateModel(
            name='AuditedFlag_prerequisites',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_prerequisites',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='declared_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared")', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c7a59ca8e5734344576b34d2188e12b8ec51f89d', operation='DELETE', pgid='pgtrigger_declared_stays_a0abf', table='flags_flag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='declared_keeps_its_name', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_declared" AND NOT (NEW."name" = (OLD."name")))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "name" rows from % table\', TG_TABLE_NAME;', hash='5a9b60102f03cd99dbfd0a1434bf3ad3d79dc934', operation='UPDATE OF "name"', pgid='pgtrigger_declared_keeps_its_name_f2c20', table='flags_flag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "everyone", "percent", "staff", "authenticated", "note", "created", "modified", "is_declared", "is_protected", "superusers", "percent_by"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."name", n."everyone", n."percent", n."staff", n."authenticated", n."note", n."created", n."modified", n."is_declared", n."is_protected", n."superusers", n."percent_by"\n         FROM new_rows n; RETURN NULL;', hash='d3373303e1c2d60cb1590db38b119daeb74a7ffa', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_a0150', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "everyone", "percent", "staff", "authenticated", "note", "created", "modified", "is_declared", "is_protected", "superusers", "percent_by"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."everyone", o."percent", o."staff", o."authenticated", o."note", o."created", o."modified", o."is_declared", o."is_protected", o."superusers", o."percent_by"), 0),\n                n."id", n."name", n."everyone", n."percent", n."staff", n."authenticated", n."note", n."created", n."modified", n."is_declared", n."is_protected", n."superusers", n."percent_by"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."name", o."everyone", o."percent", o."staff", o."authenticated", o."note", o."created", o."modified", o."is_declared", o."is_protected", o."superusers", o."percent_by"), ROW(n."id", n."name", n."everyone", n."percent", n."staff", n."authenticated", n."note", n."created", n."modified", n."is_declared", n."is_protected", n."superusers", n."percent_by")\n            );\n            RETURN NULL;\n        ', hash='dc2e79fddca89603099b277531f020ca74706dd3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_d3992', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "everyone", "percent", "staff", "authenticated", "note", "created", "modified", "is_declared", "is_protected", "superusers", "percent_by"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."everyone", o."percent", o."staff", o."authenticated", o."note", o."created", o."modified", o."is_declared", o."is_protected", o."superusers", o."percent_by"), 0),\n                o."id", o."name", o."everyone", o."percent", o."staff", o."authenticated", o."note", o."created", o."modified", o."is_declared", o."is_protected", o."superusers", o."percent_by"\n         FROM old_rows o; RETURN NULL;', hash='a53af11a2c95871654bade9692c8836cdfa8991e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_66fbc', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='10399b13149585b43206d0f39ae0a2eb39583ef7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_761bb', table='flags_flag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='2fd5976ee62a8b444364796bd88afc716cc6fb75', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_93032', table='flags_flag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='ef1b24ef7d60fa2a2c4092e9560959c7f389dfb3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_752eb', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='a18f3bbef780f52542bf91e9a5b080a4d5d4bb11', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_6843a', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='ab642fb232b80bb34bde2b38dcadbe0856a83169', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_c4da8', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag', when='AFTER')),
        ),
        migrations.CreateModel(
            name='AuditedFlag_users',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('flags.flag_users',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='95347066230ade78594b9d4b1a9c5270c4a9fc5f', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d5f21', table='flags_historicalflag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='46726e53091896b26e69898f8ee5419c7894f4c2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_147a6', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='a951d766eb5b7375547085bc55d271644c41ffc8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_6760d', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='0b06da66cce839463e50bad3f53163a13b674fcf', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_8d033', table='flags_historicalflag_denied_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='63866f1061296c14b2c0197c2d8d20a53a5f9a20', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_98e5e', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_denied_groups" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='d2a2b8d995e8c2d032a03f7670bf278c10c3e129', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_6dc30', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='f30c91b2f00b809e9284c8f107b5903a3e877ef5', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_babdf', table='flags_historicalflag_denied_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='ed9b343ebd0bff468ba531b0dba675db66c2c6dd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_c7f7a', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_denied_organizations" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='7559cd2ebd5f59e69ccf6a5c138515e13abab77b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_c171b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='c353cd7fe606cc4190d99bccdb52aa08dfeb43ab', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_85ccd', table='flags_historicalflag_denied_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='78fc2e8372fb87536d858cca901408d8fd606cdf', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_3a58f', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_denied_users" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='ea80bfa93db81695afaf09f3c5964ff93866a5be', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_cbf8d', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='cee091d3fcf66dc2f1e333b31d8da6c0b014d02b', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_a157d', table='flags_historicalflag_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='f2d598cd076635172d28790cd96f013524bea699', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_ab4f6', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_groups" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='e3f1904f8e9de5ead2964901a941a8c83b400222', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_13c27', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='8c3c21b9cb8b9414e3bba67321ece806804dc127', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_54623', table='flags_historicalflag_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='9cf63dacf930bd42c60546bd134fc592d74060dd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_ba4b8', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_organizations" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='e7114bd410f049fbb12982cc3010bb4f1da730c6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_8898b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='b6f5ce615cec1537e5b0a5357e0864a9372becb8', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_eeb7f', table='flags_historicalflag_prerequisites', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='80555506356d26cf1ddaebc8976ec9eae062532d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_1cfc5', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_prerequisites" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='43cd0019bb5f6e04dca1ee1d09a1b728f3c4e8a1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_d8c05', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_users',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='69f7351c381637a6d9fd9255a8e2616a64488c6b', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_e10eb', table='flags_historicalflag_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_users',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='4873971a04a3273a1314a8f2f28e613c8e9b6e93', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_74ec5', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalflag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalflag_users',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalflag_users" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='343b771779a4b39116168870731b24cd0bdb4813', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_e4839', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalflag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsample',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='55ded98dc41db1cdc0c3f82d7f70fddfcea5809e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_0e8cc', table='flags_historicalsample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsample',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='6564c6dc145d999328a196b82d227056b29ebebe', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_07e7e', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalsample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsample',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalsample" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='a73d76424fe3658da9088feeb287723b8a3c9c08', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_f3c32', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalsample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalswitch',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='ed64c48eba499df5f98ebd0abe199b2504ec13ad', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_00c4c', table='flags_historicalswitch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalswitch',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='ef6ae16ae9342f788c9394508fe7a38f28dbb170', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_9bb0b', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_historicalswitch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalswitch',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "flags_historicalswitch" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='2ca0ddda1bb12906ff1a6eadf8ea3b1946cf23b7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_88445', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_historicalswitch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."group_id"\n         FROM new_rows n; RETURN NULL;', hash='b28b3d692863e1a645740588f5e0d85754e14989', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e4af3', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_denied_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."group_id"), 0),\n                n."id", n."flag_id", n."group_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."group_id"), ROW(n."id", n."flag_id", n."group_id")\n            );\n            RETURN NULL;\n        ', hash='ffd49ad0f9e7aa5e594c4cca7057a2a1e55c8cba', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_ff0f8', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."group_id"), 0),\n                o."id", o."flag_id", o."group_id"\n         FROM old_rows o; RETURN NULL;', hash='bcf191639279b535e15ae8db1bc141b0c997e0be', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_f453f', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='3a0bd2d7c58eeda5703a651ffe7c6c652969da7d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_8716b', table='flags_flag_denied_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='aa7cef65c56d39c44a566473b6038bb99b9ff623', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_69bed', table='flags_flag_denied_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='74e35c04fd4418cb99163aaecee23be0de5fff02', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_80aae', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='c0518365107f8c9a89d44cbbca22ac98ad1594c5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_7b28e', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='0577e20280c69ebbc14bf0f9c4c2ba5585a149ed', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_217de', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_denied_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."organization_id"\n         FROM new_rows n; RETURN NULL;', hash='bddb0f7e2ca903609ce6dbbee5a26a671bb74c1a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_ddc8e', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_denied_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."organization_id"), 0),\n                n."id", n."flag_id", n."organization_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."organization_id"), ROW(n."id", n."flag_id", n."organization_id")\n            );\n            RETURN NULL;\n        ', hash='69e82fc1c24ece8bdf927e383884121012e52781', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e0903', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."organization_id"), 0),\n                o."id", o."flag_id", o."organization_id"\n         FROM old_rows o; RETURN NULL;', hash='250ad1e0c49633b09eac68af850d2abce752c8df', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_f7505', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='5c1a0dced8063e045b9a0c23723b40eb24a9bf6d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_25aed', table='flags_flag_denied_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='59ab14d15ec0e823070b05b56747138605d6b416', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_b0b10', table='flags_flag_denied_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='b7e1841df4a75b09f5894aa4e4a4c68bf8e527d4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_c3fcd', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='298fe0e245db5edf16e00a41eb02128dc60afbd4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_e7670', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='17b4f0920af93f3eb967489bb9fdeaf6cc42391d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_bce58', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_denied_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."user_id"\n         FROM new_rows n; RETURN NULL;', hash='a129dfa5270ebf66e6c03cb4a628600ccaa8880d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_4cc77', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_denied_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."user_id"), 0),\n                n."id", n."flag_id", n."user_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."user_id"), ROW(n."id", n."flag_id", n."user_id")\n            );\n            RETURN NULL;\n        ', hash='e4f6b4f20768c4bd59f5d6390868f79b7abe7f0b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_816c1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_denied_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."user_id"), 0),\n                o."id", o."flag_id", o."user_id"\n         FROM old_rows o; RETURN NULL;', hash='1cbd38eddb107c967864a402ee0b9a0d9e5f3f26', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_2cd3a', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='6400b82013f9048ac336ffcfe03a468b3dc48007', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_eb6f0', table='flags_flag_denied_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='26887cb8bfbbc8bbf0d592de19f31a0582e7923d', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_41cd5', table='flags_flag_denied_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='e4f9d2af30201d9e03140d149be8237e73c9bbaf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_6c930', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='4ede646561aa8835ecc688dfe69df6f21e4bc6d5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_d928a', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_denied_users',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='94a733cad1bdf1b6e9bf57ff36817edd1e18e594', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_fee9a', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_denied_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."group_id"\n         FROM new_rows n; RETURN NULL;', hash='5a91cac9f6d1200bf945198c9961e0e1c7f835d3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e43a1', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."group_id"), 0),\n                n."id", n."flag_id", n."group_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."group_id"), ROW(n."id", n."flag_id", n."group_id")\n            );\n            RETURN NULL;\n        ', hash='5c7edae5838ec6bddcfe84a8bdb0283c0cda4289', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_a7d0f', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_groups" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "group_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."group_id"), 0),\n                o."id", o."flag_id", o."group_id"\n         FROM old_rows o; RETURN NULL;', hash='20bb614ac33468fb51a9cb27485416e120a30f86', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_2d0de', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='8df624904f20b88a5226f89241981389f3cf8864', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_3a87a', table='flags_flag_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='ad16720a87f1a9f7506206190525edfdcd5d1c3f', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_4d60d', table='flags_flag_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='512745f0146833c81944e78ba5bddadd62468bb2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_eb46c', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='7ba06c2ef549f025d5a91324b103670397012a95', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_d1eaf', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_groups',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='33a89fc1e9f182e748ebace68be607c6fcbea927', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_b7d62', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."organization_id"\n         FROM new_rows n; RETURN NULL;', hash='68db9323c987537f035d984bc51a02ff42eefe6a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_44d59', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."organization_id"), 0),\n                n."id", n."flag_id", n."organization_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."organization_id"), ROW(n."id", n."flag_id", n."organization_id")\n            );\n            RETURN NULL;\n        ', hash='7be18149a342f94743afb9cb61ea4ca6b26beee7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_4d6cd', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_organizations" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "organization_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."organization_id"), 0),\n                o."id", o."flag_id", o."organization_id"\n         FROM old_rows o; RETURN NULL;', hash='7159c5df7aec6a3ab72f56d92563c0e337b6f375', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_8a8cd', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='2ab8c381f1575f10b16aa7fbfae050a6cd472a83', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_29b82', table='flags_flag_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='fc42d84c87bb9aa044602c0b6f2f8be2f7fb2a9a', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_169fe', table='flags_flag_organizations', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='80df2678d1671dc936553be9c62a52599f3d7d6f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_58ed5', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='a34ea642918ffe829d3b0d126b57945437569c43', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_47ef3', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_organizations',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='a55ca5202b0e218c742725da67bcdfcf8d396661', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_c8a3d', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_organizations', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_prerequisites" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "from_flag_id", "to_flag_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."from_flag_id", n."to_flag_id"\n         FROM new_rows n; RETURN NULL;', hash='de677c641f633b50b23e72c0584ce184228da863', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_3173c', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_prerequisites" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "from_flag_id", "to_flag_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."from_flag_id", o."to_flag_id"), 0),\n                n."id", n."from_flag_id", n."to_flag_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."from_flag_id", o."to_flag_id"), ROW(n."id", n."from_flag_id", n."to_flag_id")\n            );\n            RETURN NULL;\n        ', hash='4a0be5c27499b3973dd1a99813c09c71fb89e35e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_a80fc', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_prerequisites" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "from_flag_id", "to_flag_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."from_flag_id", o."to_flag_id"), 0),\n                o."id", o."from_flag_id", o."to_flag_id"\n         FROM old_rows o; RETURN NULL;', hash='e7d187fe65e1a49a2fe55f0ec95ce4abb74d6fce', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_4626e', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='03629b26621ccba898f868ccc15518e205662ad8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_a29bf', table='flags_flag_prerequisites', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='2ba86628edfcd6a9e8b966dd750c42e92f84a5c9', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_f248a', table='flags_flag_prerequisites', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='b9b7048dfed65bd38fac49b4a1a2670ec775970e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_3c700', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='1e7f5caf672fcbfd22d3d7c21b84d7079f52fc47', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_c9761', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='9867b7359d00bcbc3b01e8a886c0a6f05febaaa7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_ccbdf', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_prerequisites',
            trigger=pgtrigger.compiler.Trigger(name='refuse_circle', sql=apps.audit.triggers.sql.AuditTriggerSql(func="\n            -- Of two transactions that each add half of a circle, the second must see the first.\n            PERFORM pg_advisory_xact_lock(hashtextextended('flags_flag_prerequisites', 0));\n            IF EXISTS (\n                WITH RECURSIVE reached (start, flag) AS (\n                    SELECT from_flag_id, to_flag_id FROM flags_flag_prerequisites\n                    UNION\n                    SELECT reached.start, p.to_flag_id\n                    FROM reached JOIN flags_flag_prerequisites p ON p.from_flag_id = reached.flag\n                )\n                SELECT FROM reached WHERE start = flag\n            ) THEN\n                RAISE EXCEPTION 'a flag would need itself'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'flag_needs_no_circle';\n            END IF;\n            RETURN NULL;\n        ", hash='fda830d3d2c1fe2167ef926051b6565b44baa6d8', level='STATEMENT', operation='INSERT OR UPDATE', pgid='pgtrigger_refuse_circle_40698', table='flags_flag_prerequisites', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."flag_id", n."user_id"\n         FROM new_rows n; RETURN NULL;', hash='eb1dbc01f7381188dad6eb8641422d99baa68843', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_14f9e', referencing='REFERENCING NEW TABLE AS new_rows ', table='flags_flag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "flags_historicalflag_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."user_id"), 0),\n                n."id", n."flag_id", n."user_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."flag_id", o."user_id"), ROW(n."id", n."flag_id", n."user_id")\n            );\n            RETURN NULL;\n        ', hash='fc2e4b4982044ca8312b5e81b5ca56fba7c26dda', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_a13af', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='flags_flag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "flags_historicalflag_users" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "flag_id", "user_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."flag_id", o."user_id"), 0),\n                o."id", o."flag_id", o."user_id"\n         FROM old_rows o; RETURN NULL;', hash='fd37e6f096fcfa71bb955c974bf755b40049c506', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_667a0', referencing='REFERENCING OLD TABLE AS old_rows ', table='flags_flag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='2cfea84c697948a3251702270c8136956b38a8c3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_b9c93', table='flags_flag_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='049168fd7a61a00f9ac7e9f7b1bb38136ad96aa2', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_c0540', table='flags_flag_users', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='note_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='30d99750f3c5a500af53031ae141b6aefbbf0ef1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_insert_5548e', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='note_update', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='470009276c8e745f65a1e9bab43872dd167190b3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_note_update_87a9f', referencing='REFERENCING NEW TABLE AS changed_rows ', table='flags_flag_users', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedflag_users',
            trigger=pgtrigger.compiler.Trigger(name='note_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            IF EXISTS (SELECT FROM changed_rows) THEN\n                PERFORM flags_note_change();\n            END IF;\n            RETURN NULL;\n        ', hash='e92ef1872a2018cc2b725280662e6afe90f5a264', level='STATEMENT', operation='DELETE', pgid='pgtrigger_note_delete_be611', referencing='REFERENCING OLD TABLE AS changed_rows ', table='flags_flag_users', when='AFTER')),
        ),
    ]
