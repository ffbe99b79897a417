"""A claim ends with the state of work: nobody may find a run claimed that is theirs to take on."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            [
                f"UPDATE {table} SET claimed_by = '', heartbeat_at = NULL WHERE claimed_by <> ''"  # noqa: S608  Three constants.
                for table in (
                    "transfers_importrun",
                    "transfers_undorun",
                    "transfers_exportrun",
                )
            ],
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="exportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by", ""), ("state__in", ["queued", "writing"]), _connector="OR"
                ),
                name="exportrun_claimed_only_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by", ""),
                    ("state__in", ["uploaded", "matched", "staged", "confirmed", "applying"]),
                    _connector="OR",
                ),
                name="importrun_claimed_only_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="undorun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by", ""), ("state__in", ["confirmed", "undoing"]), _connector="OR"
                ),
                name="undorun_claimed_only_at_work",
            ),
        ),
    ]
