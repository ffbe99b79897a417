"""E-mails that are queued have a lease, and say whether the server had the whole e-mail."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_queued_mails'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='queuedmail',
            name='queued_mail_state_is_known',
        ),
        migrations.RemoveIndex(
            model_name='queuedmail',
            name='queued_mail_open',
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='claimed_by',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='decided_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='given_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='given to the server'),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='lease_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='queued_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AlterField(
            model_name='queuedmail',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='queued'),
        ),
        migrations.AlterField(
            model_name='queuedmail',
            name='next_try_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='next try'),
        ),
        migrations.AlterField(
            model_name='queuedmail',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('retrying', 'Retrying'), ('refused', 'Refused'), ('uncertain', 'Uncertain')], default='waiting', max_length=20),
        ),
        migrations.AddIndex(
            model_name='queuedmail',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'retrying', 'sending'))), fields=['next_try_at'], name='queued_mail_open'),
        ),
        migrations.RunSQL(
            """
            UPDATE core_queuedmail SET state = 'refused' WHERE state = 'failed';
            UPDATE core_queuedmail SET state = 'uncertain' WHERE state = 'sending';
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='queuedmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'retrying', 'refused', 'uncertain'])), name='queued_mail_state_is_known'),
        ),
        migrations.RemoveField(
            model_name='queuedmail',
            name='process',
        ),
        migrations.RemoveField(
            model_name='queuedmail',
            name='sending_at',
        ),
    ]
