import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_uuid7'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueuedMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('retrying', 'Retrying'), ('refused', 'Refused'), ('uncertain', 'Uncertain')], default='waiting', max_length=20)),
                ('error', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='next try')),
                ('claimed_by', models.CharField(blank=True, db_default='', editable=False, max_length=120)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('given_at', models.DateTimeField(editable=False, null=True, verbose_name='given to the server')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='queued')),
                ('queued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided')),
                ('kind', models.CharField(max_length=50)),
                ('key', models.CharField(max_length=250)),
                ('arguments', models.JSONField(blank=True, default=dict)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
            ],
            options={
                'verbose_name': 'e-mail',
                'ordering': ['-id'],
                'permissions': [('decide_queuedmail', 'Can send e-mails again, or leave them')],
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'retrying', 'sending'))), fields=['next_try_at'], name='queued_mail_open'), models.Index(fields=['state', '-id'], name='queued_mail_state'), models.Index(fields=['queued_at'], name='queued_mail_queued')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'retrying', 'refused', 'uncertain'])), name='queued_mail_state_is_known'), models.UniqueConstraint(condition=models.Q(('state', 'sent'), _negated=True), fields=('key',), name='queued_mail_one_unsent_per_key')],
            },
        ),
    ]
