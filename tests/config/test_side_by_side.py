"""Two runs of the suite in one folder have separate databases and files."""

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection

from config import env


def test_a_second_run_beside_this_one_gets_another_name() -> None:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("QUARTERDECK_TEST_RUN", "PYTEST_XDIST_WORKER")
    }

    second = subprocess.run(
        [sys.executable, "-c", "from config import env; print(env.test_process())"],
        cwd=settings.BASE_DIR,
        env=inherited,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert second.startswith("main_")
    assert second != env.test_process()


def test_the_database_of_a_run_is_called_as_its_folder(db: None) -> None:
    assert connection.settings_dict["NAME"] == f"test_quarterdeck_{env.test_process()}"
    assert settings.TEST_DIR.name == env.test_process()
