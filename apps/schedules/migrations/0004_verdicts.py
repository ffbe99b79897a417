"""Gives each due time one row, also where it was skipped or missed, and lost runs a decision."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('django_celery_beat', '0019_alter_periodictasks_options'),
        ('schedules', '0003_name_who_really_starts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='taskrun',
            name='taskrun_state_is_known',
        ),
        migrations.AddField(
            model_name='taskrun',
            name='decided_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='decided_by',
            field=models.ForeignKey(blank=True, editable=False, help_text='Who ran a run that ended badly again, or left it at that.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='is_frequent',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='reason',
            field=models.TextField(blank=True, db_default='', help_text='Why it was skipped, missed, or late; empty if it was on time.'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='start_by',
            field=models.DateTimeField(blank=True, null=True, verbose_name='must start by'),
        ),
        migrations.AddField(
            model_name='taskrun',
            name='times_lost',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='run_key',
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AlterField(
            model_name='taskrun',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('lost', 'Lost'), ('refused', 'Refused'), ('skipped', 'Skipped'), ('missed', 'Missed')], default='waiting', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'succeeded', 'failed', 'lost', 'refused', 'skipped', 'missed'])), name='taskrun_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['skipped', 'missed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='taskrun_not_run_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.UniqueConstraint(condition=models.Q(('run_key', '')), fields=('schedule', 'due_at'), name='taskrun_one_per_due_time'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.UniqueConstraint(condition=models.Q(('run_key', ''), _negated=True), fields=('run_key',), name='taskrun_one_per_key'),
        ),
    ]
