"""Two web processes and two worker processes on the test's database, each of which answers flags."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from tests.signal_dispositions import hearing

# How old an answer may be.
ONE_SECOND = 1.0


@dataclass
class Answering:
    """The processes; `asks` has one function for each worker, and one that any web process may answer."""

    web_port: int
    worker_ports: dict[int, int]
    web_pids: set[int]
    log: Path

    @property
    def pids(self) -> set[int]:
        return {*self.worker_ports, *self.web_pids}

    def answers(self, name: str, email: str = "") -> dict[int, dict[str, Any]]:
        """Ask each process; return the answers by process ID."""
        found = {}
        for port in self.worker_ports.values():
            answer = _ask(port, name, email)
            found[answer["pid"]] = answer
        until = time.monotonic() + 30
        while not self.web_pids <= found.keys():
            assert time.monotonic() < until, "A web process does not answer."
            answer = _ask(self.web_port, name, email)
            found[answer["pid"]] = answer
        return found

    def agree(self, kind: str, name: str, email: str = "") -> bool:
        """Return the answer that all give one second after now."""
        time.sleep(ONE_SECOND)
        given = {answer[kind] for answer in self.answers(name, email).values()}
        assert len(given) == 1, f"They do not agree: {given}"
        return bool(given.pop())


def _ask(port: int, name: str, email: str) -> dict[str, Any]:
    query = urlencode({"name": name, "email": email})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ask?{query}", timeout=15) as page:
        found: dict[str, Any] = json.load(page)
        return found


@contextmanager
def processes(folder: Path) -> Iterator[Answering]:
    """Start them, wait until all answer, and end them."""
    log = folder / "log.txt"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for each in ("queue", "control"):
        (folder / "broker" / each).mkdir(parents=True)
    with ExitStack() as stack:
        for command in (
            ["-m", "gunicorn", "-c", "deploy/gunicorn.py", "config.wsgi"],
            ["-m", "celery", "-A", "tests.flags.served.worker:app", "worker", "--concurrency=2"],
        ):
            stack.enter_context(_running(command, folder, port, log))
        ports = _until(lambda: _ports(folder), log)
        web_pids = _until(lambda: _web_pids(port), log)
        yield Answering(port, ports, web_pids, log)


def _ports(folder: Path) -> dict[int, int]:
    found = {int(file.stem): int(file.read_text()) for file in folder.rglob("*.port")}
    return found if len(found) == 2 else {}


def _web_pids(port: int) -> set[int]:
    try:
        found = {_ask(port, "nothing", "")["pid"] for _ in range(30)}
    except OSError:
        return set()
    return found if len(found) == 2 else set()


def _until[T](find: Callable[[], T], log: Path) -> T:
    until = time.monotonic() + 120
    while not (found := find()):
        if time.monotonic() > until:
            pytest.fail(f"They did not start.\n{log.read_text()[-4000:]}")
        time.sleep(0.2)
    return found


@contextmanager
def _running(command: list[str], folder: Path, port: int, log: Path) -> Iterator[None]:
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.flags.served.settings",
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=hearing,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
