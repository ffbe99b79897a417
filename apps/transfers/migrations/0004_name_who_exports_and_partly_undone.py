"""Keep who acted as the person whose export it is, and tell an import that was partly undone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('transfers', '0003_count_failures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='importrun',
            name='importrun_state_is_known',
        ),
        migrations.AddField(
            model_name='exportrun',
            name='real_user',
            field=models.ForeignKey(editable=False, help_text='The person who acted as the user, if anyone did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='state',
            field=models.CharField(choices=[('uploaded', 'Uploaded'), ('read', 'Read'), ('matched', 'Matched'), ('staged', 'Staged'), ('planned', 'Planned'), ('confirmed', 'Confirmed'), ('applying', 'Applying'), ('applied', 'Applied'), ('applied_in_part', 'Applied in part'), ('canceled', 'Canceled'), ('failed', 'Failed'), ('undone', 'Undone'), ('undone_in_part', 'Partly undone')], db_default='uploaded', default='uploaded', max_length=20),
        ),
        migrations.AlterField(
            model_name='undorun',
            name='state',
            field=models.CharField(choices=[('confirmed', 'Confirmed'), ('undoing', 'Undoing'), ('undone', 'Undone'), ('undone_in_part', 'Partly undone'), ('canceled', 'Canceled'), ('failed', 'Failed')], default='confirmed', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'read', 'matched', 'staged', 'planned', 'confirmed', 'applying', 'applied', 'applied_in_part', 'canceled', 'failed', 'undone', 'undone_in_part'])), name='importrun_state_is_known'),
        ),
    ]
