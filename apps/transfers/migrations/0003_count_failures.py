"""Count the starts of a job that ended in an error, apart from those that were stopped or killed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transfers", "0002_claims_end_with_the_work")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="failures",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        )
        for name in ("exportrun", "importrun", "undorun")
    ]
