"""What `makemigrations` writes is accepted by `make check` as it is."""

import shutil
import subprocess
import sys
from pathlib import Path

from django.db import migrations, models
from django.db.migrations.writer import MigrationWriter

from config import env


def test_a_new_migration_passes_the_linter_and_the_formatter(tmp_path: Path) -> None:
    operation = migrations.AddField(
        "organization",
        "a_field_with_a_long_name",
        models.CharField(
            blank=True,
            db_default="",
            help_text="A sentence that is long enough to be broken, twice.",
        ),
    )
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})
    written = MigrationWriter(migration("0099_a_field", "organizations")).as_string()
    file = tmp_path / "apps/organizations/migrations/0099_a_field.py"
    file.parent.mkdir(parents=True)
    file.write_text(written)
    shutil.copy(env.ROOT / "pyproject.toml", tmp_path)

    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
