"""E-mails that are queued have a lease, and say whether the server had the whole e-mail."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0003_name_who_really_starts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reportdelivery',
            name='report_delivery_state_is_known',
        ),
        migrations.RemoveIndex(
            model_name='reportdelivery',
            name='report_delivery_open',
        ),
        migrations.AddField(
            model_name='reportdelivery',
            name='claimed_by',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='reportdelivery',
            name='decided_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='reportdelivery',
            name='given_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='given to the server'),
        ),
        migrations.AddField(
            model_name='reportdelivery',
            name='lease_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reportdelivery',
            name='queued_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AlterField(
            model_name='reportdelivery',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='queued'),
        ),
        migrations.AlterField(
            model_name='reportdelivery',
            name='next_try_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='next try'),
        ),
        migrations.AlterField(
            model_name='reportdelivery',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('retrying', 'Retrying'), ('refused', 'Refused'), ('uncertain', 'Uncertain')], default='waiting', max_length=20),
        ),
        migrations.AddIndex(
            model_name='reportdelivery',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'retrying', 'sending'))), fields=['next_try_at'], name='report_delivery_open'),
        ),
        migrations.RunSQL(
            """
            UPDATE reports_reportdelivery SET state = 'refused' WHERE state = 'failed';
            UPDATE reports_reportdelivery SET state = 'uncertain' WHERE state = 'sending';
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='reportdelivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'retrying', 'refused', 'uncertain'])), name='report_delivery_state_is_known'),
        ),
        migrations.RemoveField(
            model_name='reportdelivery',
            name='process',
        ),
        migrations.RemoveField(
            model_name='reportdelivery',
            name='sending_at',
        ),
    ]
