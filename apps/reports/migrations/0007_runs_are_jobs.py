"""Makes runs of reports jobs, and moves the sweep of abandoned jobs to core."""

import apps.reports.models.run
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What was made before is not known to be in its reader's scope, so it has expired.
OLD_RUNS = """
UPDATE reports_reportrun SET created_at = started_at, expires_at = started_at;
UPDATE reports_reportrun SET state = 'failed', error = 'It was not finished.' WHERE state = 'running';
"""
SWEEP = """
UPDATE django_celery_beat_periodictask SET task = 'apps.core.tasks.jobs_sweep'
WHERE task = 'apps.transfers.tasks.jobs_sweep'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('django_celery_beat', '0019_alter_periodictasks_options'),
        ('reports', '0006_mailings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reportrun',
            name='report_run_state_is_known',
        ),
        migrations.AddField(
            model_name='reportrun',
            name='attempts',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='starts'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='cancel_requested_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='claimed_by',
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='expires'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='failures',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='format',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='heartbeat_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='scope_key',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='size',
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='ended_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='ended'),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='error',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='file',
            field=models.FileField(blank=True, storage=apps.reports.models.run.private_storage, upload_to=apps.reports.models.run.run_path),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='started_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='started'),
        ),
        migrations.AlterField(
            model_name='reportrun',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('expired', 'Expired'), ('canceled', 'Canceled'), ('failed', 'Failed')], default='queued', max_length=20),
        ),
        migrations.RunSQL(OLD_RUNS, migrations.RunSQL.noop),
        migrations.RunSQL(SWEEP, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='reportrun',
            index=models.Index(fields=['created_at'], name='report_run_created'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'expired', 'canceled', 'failed'])), name='report_run_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['queued', 'running']), _connector='OR'), name='report_run_claimed_only_at_work'),
        ),
    ]
