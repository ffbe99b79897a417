"""From a fresh clone to the sign-in page, and once more; Ctrl-C leaves nothing behind.

The package cache of the machine is used as it is: a cold one adds the time of the download.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil

from config import env
from tests.bench import Result
from tests.other_processes import kill_all

LONGEST = 600


def measure() -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(env.ROOT), str(clone)], check=True)
        for name, goal in (("clone to sign-in page", 90), ("again", 6)):
            seconds, stopping, left = _run_once(clone)
            yield Result(name, seconds, goal=goal)
            yield Result(f"{name}: Ctrl-C to the end", stopping)
            yield Result(f"{name}: processes left behind", left, unit="", goal=0)


def _run_once(clone: Path) -> tuple[float, float, int]:
    """Return the seconds until the page answers, those until all is stopped, and what is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = {name.upper() for name in env.Environment.model_fields} | {"VIRTUAL_ENV", "MAKEFLAGS"}
    surroundings = {name: value for name, value in env.surroundings().items() if name not in known}
    with ExitStack() as stack:
        log = stack.enter_context((clone.parent / "log").open("ab"))
        started = time.monotonic()
        make = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=clone,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        stack.callback(_kill, clone)
        while not _answers(port):
            if make.poll() is not None or time.monotonic() - started > LONGEST:
                raise RuntimeError((clone.parent / "log").read_text()[-3000:])
            time.sleep(0.02)
        seconds = time.monotonic() - started
        time.sleep(5)  # Let worker and beat come up, so that stopping means all of them.
        stopped = time.monotonic()
        os.killpg(make.pid, signal.SIGINT)  # What a terminal does on Ctrl-C.
        make.wait(60)
        return seconds, time.monotonic() - stopped, len(_processes(clone))


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=10) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _processes(folder: Path) -> list[psutil.Process]:
    """Return the living processes that were started in this folder or name it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            words = [*process.cmdline(), process.cwd()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words):
            found.append(process)
    return found


def _kill(folder: Path) -> None:
    kill_all(_processes(folder))
