"""What every test shares: the embedded database and a signed-in client per role."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.schedules import pauses
from config.entry import enter
from tests import chromium, database, flushing
from tests.transfers.engine import Importer


def pytest_terminal_summary(terminalreporter: Any) -> None:
    chromium.tell_of_skipped(terminalreporter)


def pytest_configure(config: pytest.Config) -> None:
    # xdist's workers find the server that the first process started.
    if not hasattr(config, "workerinput"):
        enter()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Use a copy of the template, where pytest-django would migrate a database of its own."""
    with django_db_blocker.unblock():
        database.create()
    yield
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    flushing.quicken()


@pytest.fixture(autouse=True)
def _pause_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page ask whether schedules are paused in the first request of a test, and not whenever time has passed."""
    monkeypatch.setattr(pauses, "_SHOWN_SECONDS", 3600.0)
    monkeypatch.setattr(pauses, "_shown", None)


@pytest.fixture
def importer(tmp_path: Path, db: None) -> Importer:
    """Imports rows as `manage.py import_file` does; see docs/how-to/add-a-dataset.md."""
    return Importer(tmp_path)
