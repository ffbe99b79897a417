"""The database's server killed in each phase of an import, its export and its undo: every row is there once.

The whole product as `make run` starts it, so that the server comes back by itself. Runs with the other
kill tests (`make kill-test`).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import env
from tests.config.serving import free_port, served
from tests.config.slim import plain_environment

pytestmark = pytest.mark.slow

ROWS = int(os.environ.get("KILL_ROWS", "30000"))
PROGRAM = """
import json, sys
import django
django.setup()
from tests.transfers.killing_databases import what_became_of
print(json.dumps(what_became_of(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("killed")
    known = {
        "VAR_DIR": str(folder / "var"),
        "PORT": str(free_port()),
        # However many rows: one person is enough here.
        "FOUR_EYES": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
    }
    with served(Path(sys.executable), folder / "serve.log", **known):
        yield known


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_server_killed_in_each_phase_loses_and_doubles_nothing(
    variables: dict[str, str], times: int
) -> None:
    done = subprocess.run(
        [
            sys.executable, "-W", "ignore", "-c", PROGRAM, f"kill{times}", str(ROWS), str(times),
        ],
        cwd=env.ROOT,
        env=plain_environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-4000:]
    output = json.loads(done.stdout.splitlines()[-1])
    assert output["planned"] == {"create": ROWS}
    assert output["import"] == ["applied", "", ROWS, ROWS]
    assert (output["created"], output["history"]) == (ROWS, ROWS)
    assert output["export"] == ["ready", "", ROWS]
    assert output["undo"] == ["undone", "", ROWS, ROWS]
    assert (output["left"], output["history after"]) == (0, 2 * ROWS)
    assert output["claims"] == []
