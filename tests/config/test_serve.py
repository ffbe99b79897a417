"""`make run` from the outside: it comes up, heals, refuses a second one, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config import env
from tests.config.private_files import reachable
from tests.other_processes import kill_all
from tests.signal_dispositions import hearing

ROOT = Path(__file__).resolve().parents[2]


def surroundings(var: Path, port: int) -> dict[str, str]:
    known = {name.upper() for name in env.Environment.model_fields} | {"DJANGO_SETTINGS_MODULE"}
    plain = {name: value for name, value in os.environ.items() if name not in known}
    return {**plain, "VAR_DIR": str(var), "PORT": str(port)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(fits: Callable[[], bool], log: Path, seconds: int = 180) -> None:
    until = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < until, log.read_text()[-4000:]
        time.sleep(0.1)


@dataclass
class Run:
    process: subprocess.Popen[bytes]
    var: Path
    port: int
    log: Path

    def log_text(self) -> str:
        return self.log.read_text()

    def pids(self, name: str) -> list[int]:
        """Return the process ids that `name` has had, in order."""
        marks = [part.split(")")[0] for part in self.log_text().split(f"{name} started (pid=")[1:]]
        return [int(mark) for mark in marks]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/account/login/") as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def processes(self) -> list[psutil.Process]:
        """Return every living process of this run, wherever it hangs in the tree."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                ours = process.environ().get("VAR_DIR") == str(self.var)
                named = any(str(self.var) in word for word in process.cmdline())
            except psutil.Error:
                continue
            if ours or named:
                found.append(process)
        return found


# One server serves all of these tests, so they stay in one process.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("serve")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    var = tmp_path_factory.mktemp("serve") / "var"
    port = free_port()
    log = var.with_name("log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.standalone.serve"],
            cwd=ROOT,
            env=surroundings(var, port),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=hearing,
            umask=0o022,
        )
    served = Run(process, var, port, log)
    try:
        wait_for(lambda: "is ready" in served.log_text() or process.poll() is not None, log)
        assert process.poll() is None, served.log_text()
        yield served
        # The last test of all, wherever the others stand: it stops with all that it started.
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert served.processes() == []
        # A process in the middle of a query when a test killed the database logs it at length.
        assert "Traceback" not in served.log_text().partition("the database was killed")[0]
    finally:
        kill_all(served.processes())


def second(var: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.standalone.serve"],
        cwd=ROOT,
        env=surroundings(var, port),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_says_where_and_who_may_sign_in(run: Run) -> None:
    output = run.log_text()
    assert f"http://127.0.0.1:{run.port}" in output
    for role in ("Support", "Staff", "Operations", "Analyst", "Auditor", "Administrator"):
        assert f"{role.lower()}@quarterdeck.example  password quarterdeck" in output
    wait_for(run.answers, run.log)


def test_no_other_user_of_the_machine_reaches_what_is_stored(run: Run) -> None:
    assert reachable(run.var) == []


def test_a_second_one_on_the_same_folder_is_one_sentence(run: Run) -> None:
    done = second(run.var, free_port())
    assert done.returncode == 1
    assert f"already runs from {run.var}, on http://127.0.0.1:{run.port}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_used_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = second(tmp_path / "var", port)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used (address already in use)" in done.stderr
    assert done.stderr.count("\n") == 1


def asked(run: Run, head: str, body: bytes = b"") -> str:
    """Send a request as it stands, and return the whole answer."""
    with socket.create_connection(("127.0.0.1", run.port), timeout=30) as connection:
        lines = [*head.splitlines(), f"Host: 127.0.0.1:{run.port}", "Connection: close", "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode()


MULTIPART = "Content-Type: multipart/form-data; boundary=x"


@pytest.mark.parametrize("path", ["/account/login/", "/admin/transfers/importrun/new/"])
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(run: Run, path: str) -> None:
    wait_for(run.answers, run.log)

    # A gigabyte is announced and not a byte of it follows: who waited for it would not answer.
    answer = asked(run, f"POST {path} HTTP/1.1\n{MULTIPART}\nContent-Length: 1073741824")

    assert answer.startswith("HTTP/1.1 413 ")
    assert "This page accepts up to 2.5" in answer
    assert "Content-Security-Policy: default-src 'none'" in answer


def test_a_body_in_pieces_of_an_unknown_length_is_refused(run: Run) -> None:
    wait_for(run.answers, run.log)

    answer = asked(
        run,
        f"POST /account/login/ HTTP/1.1\n{MULTIPART}\nTransfer-Encoding: chunked",
        b"5\r\nhello\r\n0\r\n\r\n",
    )

    assert answer.startswith("HTTP/1.1 411 ")


def test_a_host_that_a_stranger_puts_in_front_changes_no_link(run: Run) -> None:
    wait_for(run.answers, run.log)

    answer = asked(run, "GET /account/login/ HTTP/1.1\nX-Forwarded-Host: elsewhere.example")
    assert answer.startswith("HTTP/1.1 200 ")
    assert "elsewhere.example" not in answer


def test_a_killed_database_comes_back_and_it_is_told(run: Run) -> None:
    killed = int((run.var / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(killed, signal.SIGKILL)

    wait_for(lambda: "database is ready" in run.log_text(), run.log)
    assert "the database was killed by signal 9; starting it again" in run.log_text()
    wait_for(run.answers, run.log)


@pytest.mark.parametrize("name", ["schedules", "beat", "web"])
def test_a_killed_process_comes_back(run: Run, name: str) -> None:
    wait_for(lambda: bool(run.pids(name)), run.log)
    before = run.pids(name)
    os.kill(before[-1], signal.SIGKILL)
    wait_for(lambda: len(run.pids(name)) > len(before), run.log)
    assert f"{name} was killed by signal 9; starting it again" in run.log_text()
    wait_for(run.answers, run.log)
