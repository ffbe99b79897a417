"""A change set names the run behind it by kind and key, so a new kind of job needs no column."""

from django.db import migrations, models

from apps.audit.functions import CHANGE_SET


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_trail")]
    operations = [
        migrations.RenameModel("Shape", "ColumnSet"),
        migrations.RemoveIndex("changeset", name="changeset_import"),
        migrations.RemoveIndex("changeset", name="changeset_task"),
        migrations.RemoveField("changeset", "import_run_id"),
        migrations.RemoveField("changeset", "task_run_id"),
        migrations.AddField("changeset", "run_kind", models.TextField(default="")),
        migrations.AddField("changeset", "run_id", models.TextField(default="")),
        migrations.AddIndex(
            "changeset",
            models.Index(
                fields=["run_kind", "run_id"],
                name="changeset_run",
                condition=models.Q(run_kind="", _negated=True),
            ),
        ),
        migrations.RunSQL(CHANGE_SET, migrations.RunSQL.noop),
    ]
