"""E-mails stay for a while after they were sent; one per key is unsent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_delivery_states'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='queuedmail',
            options={'ordering': ['-id'], 'permissions': [('decide_queuedmail', 'Can send e-mails again, or leave them')], 'verbose_name': 'e-mail'},
        ),
        migrations.AlterField(
            model_name='queuedmail',
            name='key',
            field=models.CharField(max_length=250),
        ),
        migrations.AddIndex(
            model_name='queuedmail',
            index=models.Index(fields=['state', '-id'], name='queued_mail_state'),
        ),
        migrations.AddIndex(
            model_name='queuedmail',
            index=models.Index(fields=['queued_at'], name='queued_mail_queued'),
        ),
        migrations.AddConstraint(
            model_name='queuedmail',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sent'), _negated=True), fields=('key',), name='queued_mail_one_unsent_per_key'),
        ),
    ]
