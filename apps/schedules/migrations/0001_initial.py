import apps.audit.triggers.sql
import apps.core.uuid7
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django_celery_beat.models
import django_celery_beat.validators
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
import timezone_field.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('audit', '0002_history'),
        ('core', '0001_uuid7'),
        ('django_celery_beat', '0019_alter_periodictasks_options'),
    ]

    operations = [
        migrations.CreateModel(
            name='ShippedSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuditedClockedSchedule',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('django_celery_beat.clockedschedule',),
        ),
        migrations.CreateModel(
            name='AuditedCrontabSchedule',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('django_celery_beat.crontabschedule',),
        ),
        migrations.CreateModel(
            name='AuditedIntervalSchedule',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('django_celery_beat.intervalschedule',),
        ),
        migrations.CreateModel(
            name='AuditedPeriodicTask',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('django_celery_beat.periodictask',),
        ),
        migrations.CreateModel(
            name='AuditedSolarSchedule',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('django_celery_beat.solarschedule',),
        ),
        migrations.CreateModel(
            name='HistoricalClockedSchedule',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('clocked_time', models.DateTimeField(help_text='Run the task at clocked time', verbose_name='Clock Time')),
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
                'verbose_name': 'historical clocked',
                'verbose_name_plural': 'historical clocked',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_clockedsche_date297b55', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_clockedsche_id9441dd')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCrontabSchedule',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('minute', models.CharField(default='*', help_text='Cron Minutes to Run. Use "*" for "all". (Example: "0,30")', max_length=240, validators=[django_celery_beat.validators.minute_validator], verbose_name='Minute(s)')),
                ('hour', models.CharField(default='*', help_text='Cron Hours to Run. Use "*" for "all". (Example: "8,20")', max_length=96, validators=[django_celery_beat.validators.hour_validator], verbose_name='Hour(s)')),
                ('day_of_month', models.CharField(default='*', help_text='Cron Days Of The Month to Run. Use "*" for "all". (Example: "1,15")', max_length=124, validators=[django_celery_beat.validators.day_of_month_validator], verbose_name='Day(s) Of The Month')),
                ('month_of_year', models.CharField(default='*', help_text='Cron Months (1-12) Of The Year to Run. Use "*" for "all". (Example: "1,12")', max_length=64, validators=[django_celery_beat.validators.month_of_year_validator], verbose_name='Month(s) Of The Year')),
                ('day_of_week', models.CharField(default='*', help_text='Cron Days Of The Week to Run. Use "*" for "all", Sunday is 0 or 7, Monday is 1. (Example: "0,5")', max_length=64, validators=[django_celery_beat.validators.day_of_week_validator], verbose_name='Day(s) Of The Week')),
                ('timezone', timezone_field.fields.TimeZoneField(default=django_celery_beat.models.crontab_schedule_celery_timezone, help_text='Timezone to Run the Cron Schedule on. Default is UTC.', use_pytz=False, verbose_name='Cron Timezone')),
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
                'verbose_name': 'historical crontab',
                'verbose_name_plural': 'historical crontabs',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_crontabsche_datef8466b', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_crontabsche_id95b404')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalIntervalSchedule',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('every', models.IntegerField(help_text='Number of interval periods to wait before running the task again', validators=[django.core.validators.MinValueValidator(1)], verbose_name='Number of Periods')),
                ('period', models.CharField(choices=[('days', 'Days'), ('hours', 'Hours'), ('minutes', 'Minutes'), ('seconds', 'Seconds'), ('microseconds', 'Microseconds')], help_text='The type of period between task runs (Example: days)', max_length=24, verbose_name='Interval Period')),
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
                'verbose_name': 'historical interval',
                'verbose_name_plural': 'historical intervals',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_intervalsch_date9b75b2', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_intervalsch_ida002e7')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPeriodicTask',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('name', models.CharField(help_text='Short Description For This Task', max_length=200, verbose_name='Name')),
                ('task', models.CharField(help_text='The Name of the Celery Task that Should be Run.  (Example: "proj.tasks.import_contacts")', max_length=200, verbose_name='Task Name')),
                ('args', models.TextField(blank=True, default='[]', help_text='JSON encoded positional arguments (Example: ["arg1", "arg2"])', verbose_name='Positional Arguments')),
                ('kwargs', models.TextField(blank=True, default='{}', help_text='JSON encoded keyword arguments (Example: {"argument": "value"})', verbose_name='Keyword Arguments')),
                ('queue', models.CharField(blank=True, default=None, help_text='Queue defined in CELERY_TASK_QUEUES. Leave None for default queuing.', max_length=200, null=True, verbose_name='Queue Override')),
                ('exchange', models.CharField(blank=True, default=None, help_text='Override Exchange for low-level AMQP routing', max_length=200, null=True, verbose_name='Exchange')),
                ('routing_key', models.CharField(blank=True, default=None, help_text='Override Routing Key for low-level AMQP routing', max_length=200, null=True, verbose_name='Routing Key')),
                ('headers', models.TextField(blank=True, default='{}', help_text='JSON encoded message headers for the AMQP message.', verbose_name='AMQP Message Headers')),
                ('priority', models.PositiveIntegerField(blank=True, default=None, help_text='Priority Number between 0 and 255. Supported by: RabbitMQ, Redis (priority reversed, 0 is highest).', null=True, validators=[django.core.validators.MaxValueValidator(255)], verbose_name='Priority')),
                ('expires', models.DateTimeField(blank=True, help_text='Datetime after which the schedule will no longer trigger the task to run', null=True, verbose_name='Expires Datetime')),
                ('expire_seconds', models.PositiveIntegerField(blank=True, help_text='Timedelta with seconds which the schedule will no longer trigger the task to run', null=True, verbose_name='Expires timedelta with seconds')),
                ('one_off', models.BooleanField(default=False, help_text='If True, the schedule will only run the task a single time', verbose_name='One-off Task')),
                ('start_time', models.DateTimeField(blank=True, help_text='Datetime when the schedule should begin triggering the task to run', null=True, verbose_name='Start Datetime')),
                ('enabled', models.BooleanField(default=True, help_text='Set to False to disable the schedule', verbose_name='Enabled')),
                ('description', models.TextField(blank=True, help_text='Detailed description about the details of this Periodic Task', verbose_name='Description')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('clocked', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Clocked Schedule to run the task on.  Set only one schedule type, leave the others null.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.clockedschedule', verbose_name='Clocked Schedule')),
                ('crontab', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Crontab Schedule to run the task on.  Set only one schedule type, leave the others null.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.crontabschedule', verbose_name='Crontab Schedule')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('interval', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Interval Schedule to run the task on.  Set only one schedule type, leave the others null.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.intervalschedule', verbose_name='Interval Schedule')),
                ('solar', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Solar Schedule to run the task on.  Set only one schedule type, leave the others null.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.solarschedule', verbose_name='Solar Schedule')),
            ],
            options={
                'verbose_name': 'historical periodic task',
                'verbose_name_plural': 'historical periodic tasks',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_periodictas_date9542c2', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_periodictas_id374b71')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalScheduleOwner',
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
                ('owner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.periodictask')),
            ],
            options={
                'verbose_name': 'historical schedule owner',
                'verbose_name_plural': 'historical schedule owners',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_scheduleown_date3b0ffa', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_scheduleown_ide9077a'), models.Index(fields=['schedule', 'history_id'], name='hist_scheduleown_schedu6c6099'), models.Index(fields=['owner', 'history_id'], name='hist_scheduleown_owner6ddb7f')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSolarSchedule',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('event', models.CharField(choices=[('dawn_astronomical', 'Astronomical dawn'), ('dawn_civil', 'Civil dawn'), ('dawn_nautical', 'Nautical dawn'), ('dusk_astronomical', 'Astronomical dusk'), ('dusk_civil', 'Civil dusk'), ('dusk_nautical', 'Nautical dusk'), ('solar_noon', 'Solar noon'), ('sunrise', 'Sunrise'), ('sunset', 'Sunset')], help_text='The type of solar event when the job should run', max_length=24, verbose_name='Solar Event')),
                ('latitude', models.DecimalField(decimal_places=6, help_text='Run the task when the event happens at this latitude', max_digits=9, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='Latitude')),
                ('longitude', models.DecimalField(decimal_places=6, help_text='Run the task when the event happens at this longitude', max_digits=9, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='Longitude')),
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
                'verbose_name': 'historical solar event',
                'verbose_name_plural': 'historical solar events',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_solarschedu_date29d403', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_solarschedu_idffe5ca')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ScheduleOwner',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='django_celery_beat.periodictask')),
            ],
            options={
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('schedule',), name='schedule_has_one_owner')],
            },
        ),
        migrations.CreateModel(
            name='SchedulerHeartbeat',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('process', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='scheduler_heartbeat_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='SchedulerPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('paused_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='paused')),
                ('resumed_at', models.DateTimeField(null=True, verbose_name='resumed')),
                ('paused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resumed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('resumed_at', None)), name='schedulerpause_one_open')],
            },
        ),
        migrations.CreateModel(
            name='TaskRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heartbeat_at', models.DateTimeField(editable=False, null=True)),
                ('claimed_by', models.CharField(blank=True, editable=False, max_length=120)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='starts')),
                ('failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('cancel_requested_at', models.DateTimeField(editable=False, null=True)),
                ('error', models.TextField(blank=True, editable=False)),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('run_key', models.CharField(blank=True, editable=False, max_length=300)),
                ('schedule_name', models.CharField(blank=True, max_length=200, verbose_name="schedule's name")),
                ('task_name', models.CharField(max_length=200, verbose_name='task')),
                ('arguments', models.JSONField(blank=True, default=dict)),
                ('celery_id', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='Celery ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('lost', 'Lost'), ('refused', 'Refused'), ('canceled', 'Canceled'), ('skipped', 'Skipped'), ('missed', 'Missed')], default='waiting', max_length=20)),
                ('message', models.TextField(blank=True, help_text="The task's last message, or its error.")),
                ('traceback', models.TextField(blank=True, db_default='', editable=False)),
                ('reason', models.TextField(blank=True, db_default='', help_text='Why it was skipped, missed, or late; empty if it was on time.')),
                ('is_frequent', models.BooleanField(db_default=False, default=False, editable=False)),
                ('worker', models.CharField(blank=True, max_length=200)),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('start_by', models.DateTimeField(blank=True, null=True, verbose_name='must start by')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='made')),
                ('sent_at', models.DateTimeField(editable=False, null=True, verbose_name='sent')),
                ('times_lost', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='decided')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, help_text='Who ran a run that ended badly again, or left it at that.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('real_started_by', models.ForeignKey(editable=False, help_text='Who acted as the person who started it, where somebody did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='django_celery_beat.periodictask')),
                ('started_by', models.ForeignKey(blank=True, help_text='The person who started this run by hand. Empty if the schedule did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('run_task', 'Can run a scheduled task now'), ('pause_schedules', 'Can pause and resume all schedules'), ('view_traceback', 'Can view the traceback of a task run')],
                'indexes': [models.Index(fields=['schedule', '-id'], name='taskrun_schedule'), models.Index(fields=['task_name', '-id'], name='taskrun_task'), models.Index(fields=['state', '-id'], name='taskrun_state'), models.Index(fields=['-due_at'], name='taskrun_due'), models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['heartbeat_at'], name='taskrun_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'succeeded', 'failed', 'lost', 'refused', 'canceled', 'skipped', 'missed'])), name='taskrun_state_is_known'), models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['running']), _connector='OR'), name='taskrun_claimed_only_at_work'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['skipped', 'missed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='taskrun_not_run_has_a_reason'), models.UniqueConstraint(condition=models.Q(('run_key', '')), fields=('schedule', 'due_at'), name='taskrun_one_per_due_time'), models.UniqueConstraint(condition=models.Q(('run_key', ''), _negated=True), fields=('run_key',), name='taskrun_one_per_key')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAlarm',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('kind', models.CharField(choices=[('failed', 'Failed'), ('lost', 'Lost'), ('late', 'Late twice'), ('slow', 'Three times its usual duration'), ('missed', 'Missed'), ('silent', 'Scheduler silent')], max_length=20)),
                ('schedule_name', models.CharField(blank=True, db_default='', max_length=200, verbose_name="schedule's name")),
                ('details', models.TextField(blank=True, db_default='', verbose_name='what happened')),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='over')),
                ('ended_because', models.TextField(blank=True, db_default='', verbose_name='why it is over')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='acknowledged')),
                ('note', models.TextField(blank=True, db_default='')),
                ('told', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, editable=False)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_date', models.DateTimeField()),
                ('hidden_changes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True)),
                ('link', models.BigIntegerField(null=True)),
                ('acknowledged_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='acknowledged by')),
                ('change_set', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='django_celery_beat.periodictask')),
                ('run', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='schedules.taskrun')),
            ],
            options={
                'verbose_name': 'historical alarm',
                'verbose_name_plural': 'historical alarms',
                'ordering': ('-history_id',),
                'get_latest_by': 'history_id',
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['history_date'], name='hist_alarm_date1a0488', pages_per_range=32), models.Index(fields=['id', 'history_id'], name='hist_alarm_idb299e4')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.UUIDField(db_default=apps.core.uuid7.UUID7(), default=apps.core.uuid7.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('kind', models.CharField(choices=[('failed', 'Failed'), ('lost', 'Lost'), ('late', 'Late twice'), ('slow', 'Three times its usual duration'), ('missed', 'Missed'), ('silent', 'Scheduler silent')], max_length=20)),
                ('schedule_name', models.CharField(blank=True, db_default='', max_length=200, verbose_name="schedule's name")),
                ('details', models.TextField(blank=True, db_default='', verbose_name='what happened')),
                ('since', models.DateTimeField()),
                ('well_since', models.DateTimeField(editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='over')),
                ('ended_because', models.TextField(blank=True, db_default='', verbose_name='why it is over')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='acknowledged')),
                ('note', models.TextField(blank=True, db_default='')),
                ('told', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, editable=False)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='acknowledged by')),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alarms', to='django_celery_beat.periodictask')),
                ('run', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='schedules.taskrun')),
            ],
            options={
                'ordering': ['-since', '-id'],
                'permissions': [('acknowledge_alarm', 'Can acknowledge alarms of schedules')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['-since'], name='alarm_since')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['failed', 'lost', 'late', 'slow', 'missed', 'silent'])), name='alarm_kind_is_known'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('schedule', 'kind'), name='alarm_one_open_per_schedule_and_kind'), models.UniqueConstraint(condition=models.Q(('ended_at', None), ('kind', 'silent')), fields=('kind',), name='alarm_one_open_of_the_scheduler'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'silent'), _negated=True), ('schedule', None), _connector='OR'), name='alarm_of_the_scheduler_has_no_schedule'), models.CheckConstraint(condition=models.Q(('acknowledged_by', None), models.Q(('acknowledged_at', None), _negated=True), _connector='OR'), name='alarm_acknowledged_at_a_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalclockedschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "clocked_time"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."clocked_time"\n         FROM new_rows n; RETURN NULL;', hash='31196cb12f80a05627d639a68f8de3d4f8cdece8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_50b7b', referencing='REFERENCING NEW TABLE AS new_rows ', table='django_celery_beat_clockedschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalclockedschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "clocked_time"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."clocked_time"), 0),\n                n."id", n."clocked_time"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."clocked_time"), ROW(n."id", n."clocked_time")\n            );\n            RETURN NULL;\n        ', hash='878ef4bb717ed5388d1f8d9019ade0ded0413b15', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_c3b52', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='django_celery_beat_clockedschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalclockedschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "clocked_time"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."clocked_time"), 0),\n                o."id", o."clocked_time"\n         FROM old_rows o; RETURN NULL;', hash='1ba65b976c9841f56c5771221da40848b00cd685', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_229cf', referencing='REFERENCING OLD TABLE AS old_rows ', table='django_celery_beat_clockedschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='a246784ea7dea2808ff81efe8b0d03cb53c4e6ae', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_bb600', table='django_celery_beat_clockedschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='1ec8b21471e2fef71f014d75b0099343d3539648', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_7283f', table='django_celery_beat_clockedschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalcrontabschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."minute", n."hour", n."day_of_month", n."month_of_year", n."day_of_week", n."timezone"\n         FROM new_rows n; RETURN NULL;', hash='061cfe137a03bbbe63356a6dd8b495adbfe114b0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e8cd4', referencing='REFERENCING NEW TABLE AS new_rows ', table='django_celery_beat_crontabschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalcrontabschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."minute", o."hour", o."day_of_month", o."month_of_year", o."day_of_week", o."timezone"), 0),\n                n."id", n."minute", n."hour", n."day_of_month", n."month_of_year", n."day_of_week", n."timezone"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."minute", o."hour", o."day_of_month", o."month_of_year", o."day_of_week", o."timezone"), ROW(n."id", n."minute", n."hour", n."day_of_month", n."month_of_year", n."day_of_week", n."timezone")\n            );\n            RETURN NULL;\n        ', hash='86f37cf15fbb74f95a80b8d881127cd895db96ba', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_0b678', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='django_celery_beat_crontabschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalcrontabschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."minute", o."hour", o."day_of_month", o."month_of_year", o."day_of_week", o."timezone"), 0),\n                o."id", o."minute", o."hour", o."day_of_month", o."month_of_year", o."day_of_week", o."timezone"\n         FROM old_rows o; RETURN NULL;', hash='3175d58ec54b0ae5a0bfea5271606ce32daf54bd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_9ef4e', referencing='REFERENCING OLD TABLE AS old_rows ', table='django_celery_beat_crontabschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='286527d04f2bc8a65e9bcd5f543f80718270471c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_8b1d6', table='django_celery_beat_crontabschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='f9c480e08ba54f3e69e326dffc7b0a0f2a311f09', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_a54ee', table='django_celery_beat_crontabschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalintervalschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "every", "period"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."every", n."period"\n         FROM new_rows n; RETURN NULL;', hash='27f52713a1f35bf705246884562a7df799a5e336', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_1aefc', referencing='REFERENCING NEW TABLE AS new_rows ', table='django_celery_beat_intervalschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalintervalschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "every", "period"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."every", o."period"), 0),\n                n."id", n."every", n."period"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."every", o."period"), ROW(n."id", n."every", n."period")\n            );\n            RETURN NULL;\n        ', hash='634729bf6c9fc164d1d18b483e5b0dfcd04fac5f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_c6c93', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='django_celery_beat_intervalschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalintervalschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "every", "period"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."every", o."period"), 0),\n                o."id", o."every", o."period"\n         FROM old_rows o; RETURN NULL;', hash='dd235fdf953d0ebbe637c856129790c0e852063b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_aa4e5', referencing='REFERENCING OLD TABLE AS old_rows ', table='django_celery_beat_intervalschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='1d66aa3d3f54583abe2225d4d45077c68179310c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_8cf6d', table='django_celery_beat_intervalschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='cc891eabf466e99e9c677f95be908fd8cb570ba3', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_6179f', table='django_celery_beat_intervalschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalperiodictask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "task", "interval_id", "crontab_id", "solar_id", "clocked_id", "args", "kwargs", "queue", "exchange", "routing_key", "headers", "priority", "expires", "expire_seconds", "one_off", "start_time", "enabled", "description"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."name", n."task", n."interval_id", n."crontab_id", n."solar_id", n."clocked_id", n."args", n."kwargs", n."queue", n."exchange", n."routing_key", n."headers", n."priority", n."expires", n."expire_seconds", n."one_off", n."start_time", n."enabled", n."description"\n         FROM new_rows n; RETURN NULL;', hash='39b6452f18f25d0b820f8da7138b34140a9ffc4b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_36a18', referencing='REFERENCING NEW TABLE AS new_rows ', table='django_celery_beat_periodictask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalperiodictask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "task", "interval_id", "crontab_id", "solar_id", "clocked_id", "args", "kwargs", "queue", "exchange", "routing_key", "headers", "priority", "expires", "expire_seconds", "one_off", "start_time", "enabled", "description"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."task", o."interval_id", o."crontab_id", o."solar_id", o."clocked_id", o."args", o."kwargs", o."queue", o."exchange", o."routing_key", o."headers", o."priority", o."expires", o."expire_seconds", o."one_off", o."start_time", o."enabled", o."description"), 0),\n                n."id", n."name", n."task", n."interval_id", n."crontab_id", n."solar_id", n."clocked_id", n."args", n."kwargs", n."queue", n."exchange", n."routing_key", n."headers", n."priority", n."expires", n."expire_seconds", n."one_off", n."start_time", n."enabled", n."description"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."name", o."task", o."interval_id", o."crontab_id", o."solar_id", o."clocked_id", o."args", o."kwargs", o."queue", o."exchange", o."routing_key", o."headers", o."priority", o."expires", o."expire_seconds", o."one_off", o."start_time", o."enabled", o."description"), ROW(n."id", n."name", n."task", n."interval_id", n."crontab_id", n."solar_id", n."clocked_id", n."args", n."kwargs", n."queue", n."exchange", n."routing_key", n."headers", n."priority", n."expires", n."expire_seconds", n."one_off", n."start_time", n."enabled", n."description")\n            );\n            RETURN NULL;\n        ', hash='44004293cda23a9982dbcf61a329149ef6a4d317', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_b8272', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='django_celery_beat_periodictask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalperiodictask" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "name", "task", "interval_id", "crontab_id", "solar_id", "clocked_id", "args", "kwargs", "queue", "exchange", "routing_key", "headers", "priority", "expires", "expire_seconds", "one_off", "start_time", "enabled", "description"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."name", o."task", o."interval_id", o."crontab_id", o."solar_id", o."clocked_id", o."args", o."kwargs", o."queue", o."exchange", o."routing_key", o."headers", o."priority", o."expires", o."expire_seconds", o."one_off", o."start_time", o."enabled", o."description"), 0),\n                o."id", o."name", o."task", o."interval_id", o."crontab_id", o."solar_id", o."clocked_id", o."args", o."kwargs", o."queue", o."exchange", o."routing_key", o."headers", o."priority", o."expires", o."expire_seconds", o."one_off", o."start_time", o."enabled", o."description"\n         FROM old_rows o; RETURN NULL;', hash='7d55e972914a1119c16de904d5cafd4fbd73306a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_576a9', referencing='REFERENCING OLD TABLE AS old_rows ', table='django_celery_beat_periodictask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='3c0644f095beee753ddffbe7559247f73080e9f4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_fd45a', table='django_celery_beat_periodictask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='84921796228c927c97527f1634303161f07285ba', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_409d6', table='django_celery_beat_periodictask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalsolarschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "event", "latitude", "longitude"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."event", n."latitude", n."longitude"\n         FROM new_rows n; RETURN NULL;', hash='c152ae437ac1f121674bb5761b00dc522218e311', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e5d51', referencing='REFERENCING NEW TABLE AS new_rows ', table='django_celery_beat_solarschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalsolarschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "event", "latitude", "longitude"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."event", o."latitude", o."longitude"), 0),\n                n."id", n."event", n."latitude", n."longitude"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."event", o."latitude", o."longitude"), ROW(n."id", n."event", n."latitude", n."longitude")\n            );\n            RETURN NULL;\n        ', hash='7a507f21daf612c5504c625cb7d3158e518ebdb6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_d9737', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='django_celery_beat_solarschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalsolarschedule" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "event", "latitude", "longitude"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."event", o."latitude", o."longitude"), 0),\n                o."id", o."event", o."latitude", o."longitude"\n         FROM old_rows o; RETURN NULL;', hash='032f4d1309b3688805898f578bcb3e3162ff1e92', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_98735', referencing='REFERENCING OLD TABLE AS old_rows ', table='django_celery_beat_solarschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='1605f4f4f6ec13032fb7d230266febc0c108ed40', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_2deea', table='django_celery_beat_solarschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='07abf1bf40aa3fb326fcebbc00d4f34a7380c818', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_d4c9c', table='django_celery_beat_solarschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='caedd2aba2c3faab0b16462a61a2f0485d1361ce', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_7028a', table='schedules_historicalclockedschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='1ddf5bdda69c5353c7c9c250a521551abedd77f9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_1a38e', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalclockedschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalclockedschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalclockedschedule" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='e97147316d47956d51fa3a6db6208fb54d04644c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_b236d', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalclockedschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='c9a0ceb912b112ba9567118e43dc70ee2121f19b', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c6f64', table='schedules_historicalcrontabschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='f757f7dbf7bdae7de9c4474427b53ce464325093', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_90a5f', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalcrontabschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalcrontabschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalcrontabschedule" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='d6e7e07dd2d6a60f64e236ad04833057aa1c3dc5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_0aaaf', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalcrontabschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='fb748ba71c76850916a163a2c5a0751299bbbad7', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c5b5c', table='schedules_historicalintervalschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='cf1a5245203bc3d88032a3b643cbe65da24d754a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_d8aa0', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalintervalschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalintervalschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalintervalschedule" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='ed028dcafa4305d50a4d5f6fb8645cddeb661130', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_d8540', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalintervalschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='da1c88d16dfeaf0f79b3b8deded3e93767e89f96', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_bebce', table='schedules_historicalperiodictask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='40c1fd4988911df8ae413f78845dfe822c530e08', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_8f9d3', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalperiodictask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalperiodictask',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalperiodictask" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='9d3463b902ff4edf8479921d38d12f5a05702ba4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_d3616', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalperiodictask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalscheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='4db4d48da3c8bba39903e33494985a110fc7bf61', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_5eee6', table='schedules_historicalscheduleowner', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalscheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='80be04dedfeed9887d5a5660c41b4430bfd97f69', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_e202e', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalscheduleowner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalscheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalscheduleowner" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='81799a40b672009249d557ce211ed1228a661e66', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_d6438', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalscheduleowner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='4e6a2c045fe9a64e291967c1244f8bd0618d7725', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_209c2', table='schedules_historicalsolarschedule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='af95855b367a3ebbccbfca5a68a62b6ad45f7d5b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_4f3a2', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalsolarschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalsolarschedule',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalsolarschedule" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='b612899b3b7b0eeb8fb1d6f4b8b0402b39411661', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_9ad1e', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalsolarschedule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalscheduleowner" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "schedule_id", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."schedule_id", n."owner_id"\n         FROM new_rows n; RETURN NULL;', hash='539f4f149ac7b484ba068ef23c42ad9723f8046d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_0a125', referencing='REFERENCING NEW TABLE AS new_rows ', table='schedules_scheduleowner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalscheduleowner" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "schedule_id", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."schedule_id", o."owner_id"), 0),\n                n."id", n."created_at", n."schedule_id", n."owner_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."schedule_id", o."owner_id"), ROW(n."id", n."created_at", n."schedule_id", n."owner_id")\n            );\n            RETURN NULL;\n        ', hash='2ab70f50df2b5d42da55a9ce95a9465e5246106c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_2819b', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_scheduleowner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalscheduleowner" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "schedule_id", "owner_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."schedule_id", o."owner_id"), 0),\n                o."id", o."created_at", o."schedule_id", o."owner_id"\n         FROM old_rows o; RETURN NULL;', hash='f0276b978bf0d0d69c995abd60c86592d1d6d95b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_d99f9', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_scheduleowner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='ecfc3ce45a49d0559aa0a28b77bbdd66d348b954', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_63161', table='schedules_scheduleowner', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleowner',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='bf434be00ae364027908b45a962c535043ccc466', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_113f2', table='schedules_scheduleowner', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalalarm',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;', hash='0a6c3b0629b9a425e8f92da85b993dec4a95e55b', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_58aa4', table='schedules_historicalalarm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalalarm',
            trigger=pgtrigger.compiler.Trigger(name='record_removal', sql=apps.audit.triggers.sql.AuditTriggerSql(func='\n            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,\n                database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, count(*),\n                array_agg(history_id ORDER BY history_id),\n                current_setting(\'audit.retention\', true), audit_change_set(), session_user\n            FROM old_rows HAVING count(*) > 0;\n            RETURN NULL;\n        ', hash='cdc79c44e892847ad382e3099883b53e64e6803a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_removal_2c4fb', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_historicalalarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalalarm',
            trigger=pgtrigger.compiler.Trigger(name='record_redaction', sql=apps.audit.triggers.sql.PlainTextSql(func='\n            IF EXISTS (\n                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.history_id = o.history_id\n                WHERE to_jsonb(o) - ARRAY[\'history_change_reason\'] IS DISTINCT FROM to_jsonb(n) - ARRAY[\'history_change_reason\']\n            ) THEN\n                RAISE EXCEPTION \'only personal data can be blanked in %\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            \n            IF EXISTS (\n                SELECT 1 FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id\n                WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) AND (coalesce(n."history_change_reason"::text, \'\') NOT IN (\'\', \'[removed]\', \'{"removed": true}\'))\n            ) THEN\n                RAISE EXCEPTION \'personal data in % can be blanked only, and all of it\', TG_TABLE_NAME\n                    USING ERRCODE = \'insufficient_privilege\';\n            END IF;\n            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,\n                person, reason, change_set_id, database_role)\n            SELECT nextval(\'audit_position\'), clock_timestamp(), TG_TABLE_NAME, ARRAY[\'history_change_reason\'],\n                count(*), array_agg(o.history_id ORDER BY o.history_id),\n                array_agg(encode(substr(sha256(convert_to(ROW(o."history_change_reason")::text, \'UTF8\')), 1, 16), \'hex\')::uuid ORDER BY o.history_id),\n                array_agg(following.link ORDER BY o.history_id),\n                nullif(current_setting(\'audit.redaction_of\', true), \'\')::uuid,\n                current_setting(\'audit.redaction\', true), audit_change_set(), session_user\n            FROM old_rows o JOIN new_rows n ON n.history_id = o.history_id LEFT JOIN LATERAL (\n                SELECT h.link FROM "schedules_historicalalarm" h WHERE h."id" = o."id"\n                AND h.history_id > o.history_id ORDER BY h.history_id LIMIT 1\n            ) following ON true WHERE record_image_ne(ROW(o."history_change_reason"), ROW(n."history_change_reason")) HAVING count(*) > 0;\n        RETURN NULL;', hash='3ef3ac49a46a8171fcf492c7524877c4adbc693e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_redaction_f80d1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_historicalalarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalalarm" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "schedule_name", "details", "since", "ended_at", "ended_because", "acknowledged_at", "note", "told", "schedule_id", "run_id", "acknowledged_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'+\', _actor, _reason, (SELECT audit_change_set()), NULL, NULL,\n                n."id", n."created_at", n."kind", n."schedule_name", n."details", n."since", n."ended_at", n."ended_because", n."acknowledged_at", n."note", n."told", n."schedule_id", n."run_id", n."acknowledged_by_id"\n         FROM new_rows n; RETURN NULL;', hash='669e88bdea7cad6c514303ee0cf8d86de7fed50c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_9ba81', referencing='REFERENCING NEW TABLE AS new_rows ', table='schedules_alarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            \n            INSERT INTO "schedules_historicalalarm" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "schedule_name", "details", "since", "ended_at", "ended_because", "acknowledged_at", "note", "told", "schedule_id", "run_id", "acknowledged_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'~\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."kind", o."schedule_name", o."details", o."since", o."ended_at", o."ended_because", o."acknowledged_at", o."note", o."told", o."schedule_id", o."run_id", o."acknowledged_by_id"), 0),\n                n."id", n."created_at", n."kind", n."schedule_name", n."details", n."since", n."ended_at", n."ended_because", n."acknowledged_at", n."note", n."told", n."schedule_id", n."run_id", n."acknowledged_by_id"\n        \n            FROM new_rows n JOIN old_rows o ON o."id" = n."id"\n            WHERE record_image_ne(\n                ROW(o."id", o."created_at", o."kind", o."schedule_name", o."details", o."since", o."ended_at", o."ended_because", o."acknowledged_at", o."note", o."told", o."schedule_id", o."run_id", o."acknowledged_by_id"), ROW(n."id", n."created_at", n."kind", n."schedule_name", n."details", n."since", n."ended_at", n."ended_because", n."acknowledged_at", n."note", n."told", n."schedule_id", n."run_id", n."acknowledged_by_id")\n            );\n            RETURN NULL;\n        ', hash='be6b03bdd255b01ae3fa1b959dc5bd6523aebbba', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e12af', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='schedules_alarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=apps.audit.triggers.sql.AuditTriggerSql(declare="DECLARE _at timestamptz := clock_timestamp(); _actor uuid := nullif(current_setting('audit.actor', true), '')::uuid; _reason text := nullif(current_setting('audit.reason', true), '');", func='\n            INSERT INTO "schedules_historicalalarm" (\n                history_id, history_date, history_type, history_user_id,\n                history_change_reason, change_set_id, hidden_changes, link, "id", "created_at", "kind", "schedule_name", "details", "since", "ended_at", "ended_because", "acknowledged_at", "note", "told", "schedule_id", "run_id", "acknowledged_by_id"\n            )\n            SELECT nextval(\'audit_position\'), _at, \'-\', _actor, _reason, (SELECT audit_change_set()), NULL, hash_record_extended(ROW(o."id", o."created_at", o."kind", o."schedule_name", o."details", o."since", o."ended_at", o."ended_because", o."acknowledged_at", o."note", o."told", o."schedule_id", o."run_id", o."acknowledged_by_id"), 0),\n                o."id", o."created_at", o."kind", o."schedule_name", o."details", o."since", o."ended_at", o."ended_because", o."acknowledged_at", o."note", o."told", o."schedule_id", o."run_id", o."acknowledged_by_id"\n         FROM old_rows o; RETURN NULL;', hash='a80f07f48f77e2089a9bac27b18c8b4dd8d8d89d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_a9713', referencing='REFERENCING OLD TABLE AS old_rows ', table='schedules_alarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='history_truncate', sql=apps.audit.triggers.sql.AuditTriggerSql(func='PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;', hash='ec3a6f4cb513fb33057c8a018793be7b03f0178b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_history_truncate_b5ab2', table='schedules_alarm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='history_key', sql=apps.audit.triggers.sql.AuditTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM NEW."id")', func="\n            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',\n                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',\n                HINT = 'Create a new record and delete the old one.';\n        ", hash='dcbf3522031edb9bc567a147206f2d05e9f6830b', operation='UPDATE OF "id"', pgid='pgtrigger_history_key_e0624', table='schedules_alarm', when='BEFORE')),
        ),
    ]
