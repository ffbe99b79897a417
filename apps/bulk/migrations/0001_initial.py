import django.db.models.deletion
import django.utils.timezone
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
            name='BulkRun',
            fields=[
                ('heartbeat_at', models.DateTimeField(editable=False, null=True)),
                ('claimed_by', models.CharField(blank=True, editable=False, max_length=120)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='starts')),
                ('failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('cancel_requested_at', models.DateTimeField(editable=False, null=True)),
                ('error', models.TextField(blank=True, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('action', models.CharField(max_length=100)),
                ('model', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('planning', 'Planning'), ('planned', 'Waiting for confirmation'), ('applying', 'Applying'), ('applied', 'Applied'), ('applied_in_part', 'Partly applied'), ('canceled', 'Canceled'), ('failed', 'Failed'), ('undoing', 'Undoing'), ('undo_stopped', 'Undo stopped'), ('undone', 'Undone'), ('undone_in_part', 'Partly undone')], default='planning', max_length=20)),
                ('query', models.JSONField(default=dict, help_text='The filters and the search of the list, or the keys of a few.')),
                ('arguments', models.JSONField(default=dict, help_text="The posted fields of the action's form.")),
                ('reason', models.TextField(blank=True)),
                ('plan', models.JSONField(blank=True, default=dict)),
                ('results', models.JSONField(blank=True, default=dict)),
                ('rows_to_do', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('planned_at', models.DateTimeField(blank=True, null=True, verbose_name='planned')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('undo_reason', models.TextField(blank=True)),
                ('undo_confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='undo confirmed')),
                ('real_user', models.ForeignKey(editable=False, help_text='The person who acted as the user, if anyone did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undo_real_user', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undo_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_runs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'bulk action',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['state', 'heartbeat_at'], name='bulkrun_state'), models.Index(fields=['user', '-id'], name='bulkrun_user'), models.Index(fields=['created_at'], name='bulkrun_created')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['planning', 'planned', 'applying', 'applied', 'applied_in_part', 'canceled', 'failed', 'undoing', 'undo_stopped', 'undone', 'undone_in_part'])), name='bulkrun_state_is_known'), models.CheckConstraint(condition=models.Q(('claimed_by', ''), ('state__in', ['planning', 'applying', 'undoing']), _connector='OR'), name='bulkrun_claimed_only_at_work')],
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('version', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(choices=[('planned', 'Will change'), ('skipped', 'Skipped by the plan'), ('left', 'Left alone'), ('changed', 'Changed'), ('undone', 'Undone'), ('kept', 'Kept by the undo')], max_length=10)),
                ('note', models.TextField(blank=True, db_default='', default='')),
                ('before', models.JSONField(null=True)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='bulk.bulkrun')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['run', 'outcome', 'id'], name='bulkitem_outcome')],
                'constraints': [models.UniqueConstraint(fields=('run', 'key'), name='bulkitem_once_in_a_run'), models.CheckConstraint(condition=models.Q(('outcome__in', ['planned', 'skipped', 'left', 'changed', 'undone', 'kept'])), name='bulkitem_outcome_is_known')],
            },
        ),
    ]
