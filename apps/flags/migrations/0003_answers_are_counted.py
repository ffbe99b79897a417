"""How often each process answered which flag, by hour."""

from django.db import migrations

COUNTED = """
    CREATE TABLE flags_answered (
        kind text NOT NULL,
        name text NOT NULL,
        hour timestamptz NOT NULL,
        process text NOT NULL,
        yes bigint NOT NULL,
        no bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (kind, name, hour, process)
    );
"""


class Migration(migrations.Migration):
    dependencies = [("flags", "0002_changes_are_announced")]

    operations = [migrations.RunSQL(COUNTED, "DROP TABLE flags_answered")]
