"""Real Celery processes on the test's database, with a broker and files of their own under a folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.signal_dispositions import hearing

WORKER = ("worker", "--concurrency=1", "--loglevel=INFO")
BEAT = ("beat", "--loglevel=INFO", "--pidfile=", "--max-interval=1")


@contextmanager
def celery(var_dir: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "VAR_DIR": str(var_dir),
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
    }
    for folder in ("queue", "control"):
        (var_dir / "broker" / folder).mkdir(parents=True, exist_ok=True)
    with (var_dir / "celery.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.schedules.processes:app", *arguments],
            env=environment,
            cwd=settings.BASE_DIR,
            start_new_session=True,
            preexec_fn=hearing,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def wait_for(found: Callable[[], bool], log: Path, seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found():
            return
        time.sleep(0.2)
    pytest.fail(f"It did not happen in {seconds} s.\n{log.read_text()[-4000:]}")
