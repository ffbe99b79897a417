"""The one sequence of the audit log, and the functions that its triggers call."""

from django.db import migrations

from apps.audit.functions import FUNCTIONS


class Migration(migrations.Migration):
    initial = True
    dependencies = [("core", "0001_uuid7")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE audit_position", "DROP SEQUENCE audit_position"),
        *(migrations.RunSQL(sql, f"DROP FUNCTION {name}") for name, sql in FUNCTIONS.items()),
    ]
