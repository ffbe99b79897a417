"""What every test shares: the embedded database and a signed-in client per role."""

import pytest

from config.embedded import ensure_running


def pytest_configure(config: pytest.Config) -> None:
    # xdist's workers find the server that the first process started.
    if not hasattr(config, "workerinput"):
        ensure_running()
