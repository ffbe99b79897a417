"""Keep who acted as the person who started a run, as imports and exports do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reports", "0002_deliveries_are_owed"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportrun",
            name="real_started_by",
            field=models.ForeignKey(
                editable=False,
                help_text="Who acted as the person who started it, where somebody did.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        )
    ]
