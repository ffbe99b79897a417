"""The whole product as `make run` starts it, with its processes, in a folder of its own."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.config.slim import ROOT, missing, plain_environment
from tests.other_processes import kill_all
from tests.signal_dispositions import hearing

# Long beyond any load: what is waited for is a condition, and a process that ended is noticed at once.
DEADLINE = 900


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(fits: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a condition for as long as the process lives."""
    deadline = time.monotonic() + DEADLINE
    while not fits():
        assert process.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.2)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis of the test's own, which answers before its address is yielded."""
    program = shutil.which("redis-server")
    if program is None:
        missing("There is no redis-server on this machine (Debian: apt install redis-server).")
    log = folder / "redis.log"
    while True:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with log.open("wb") as out:
            process = subprocess.Popen([str(program), *options], stdout=out)
        try:
            until(lambda: b"Ready to accept connections" in log.read_bytes(), process, log)
            break
        except AssertionError:
            # Somebody else took the port in between.
            if "Address already in use" not in log.read_text():
                raise
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def started(python: Path, log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start everything, with umask 000; end it with all that it started."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(python), "-m", "deploy.standalone.serve"],
            cwd=ROOT,
            env=plain_environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=hearing,
            umask=0,
        )
    try:
        yield process
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
        kill_all(psutil.wait_procs(family, timeout=60)[1])


@contextmanager
def served(python: Path, log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start everything, and go on when it says that it is ready."""
    with started(python, log, **variables) as process:
        until(lambda: "Quarterdeck is ready" in log.read_text(), process, log)
        yield process
