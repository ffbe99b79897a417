"""Makes task runs jobs, with a claim and a cancel, and adds the pause of all schedules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('django_celery_beat', '0019_alter_periodictasks_options'),
        ('schedules', '0005_crontabs_that_can_be_read'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SchedulerPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('paused_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='paused')),
                ('resumed_at', models.DateTimeField(null=True, verbose_name='resumed')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='taskrun',
            options={'ordering': ['-id'], 'permissions': [('run_task', 'Can run a scheduled task now'), ('pause_schedules', 'Can pause and resume all schedules'), ('view_traceback', 'Can view the traceback of a task run')]},
        ),
        migrations.RemoveConstraint(
            model_name='taskrun',
            name='taskrun_state_is_known',
        ),
        migrations.RemoveField(
            model_name='taskrun',
            name='process',
        ),
        migrations.AddField(
            model_name='taskrun',
            name='claimed_by',
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='attempts',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='starts'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='cancel_requested_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='error',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='failures',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='sent_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='sent'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='traceback',
            field=models.TextField(blank=True, db_default='', editable=False),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='made'),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='ended_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='ended'),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='heartbeat_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='started_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='started'),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('lost', 'Lost'), ('refused', 'Refused'), ('canceled', 'Canceled'), ('skipped', 'Skipped'), ('missed', 'Missed')], default='waiting', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'succeeded', 'failed', 'lost', 'refused', 'canceled', 'skipped', 'missed'])), name='taskrun_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['running']), _connector='OR'), name='taskrun_claimed_only_at_work'),
        ),
        migrations.AddField(
            model_name='schedulerpause',
            name='paused_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='schedulerpause',
            name='resumed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='schedulerpause',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('resumed_at', None)), name='schedulerpause_one_open'),
        ),
    ]
