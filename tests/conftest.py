"""What every test shares: the embedded database and a signed-in client per role."""

from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from config.embedded import ensure_running
from tests.transfers.engine import Importer


def pytest_configure(config: pytest.Config) -> None:
    # xdist's workers find the server that the first process started.
    if not hasattr(config, "workerinput"):
        ensure_running()


@pytest.fixture(scope="session", autouse=True)
def _allow_flush() -> None:
    """Let a test's database be emptied after a test that commits; the trail refuses it otherwise."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        # Waffle's own tables stand beside the ones that ours replace, and refer to the same users.
        statements = plain(self, *args, **(kwargs | {"allow_cascade": True}))
        allow = "SELECT set_config('audit.flush', current_database(), true)"
        return [allow, *statements] if statements else []

    DatabaseOperations.sql_flush = sql_flush


@pytest.fixture
def importer(tmp_path: Path, db: None) -> Importer:
    """Imports rows as `manage.py import_file` does; see "How to add a dataset" in ARCHITECTURE.md."""
    return Importer(tmp_path)
