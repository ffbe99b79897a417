"""The embedded PostgreSQL in folders of its own: started, shared, killed, deleted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deploy.standalone.postgresql.server import LONGEST_SOCKET_PATH, SOCKET, Server
from tests.other_processes import kill_all

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import sys, psycopg
from pathlib import Path
from deploy.standalone import postgresql
with psycopg.connect(postgresql.start(Path(sys.argv[1])), autocommit=True) as connection:
    connection.execute("SELECT pg_advisory_lock(1)")
    connection.execute("CREATE TABLE IF NOT EXISTS visit (pid int)")
    connection.execute("INSERT INTO visit VALUES (pg_backend_pid())")
    print(connection.execute("SELECT count(*) FROM visit").fetchone()[0], flush=True)
"""
STAY = ASK + "sys.stdin.read()\n"


def visit(var: Path, *, program: str = ASK) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(var)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def visits(var: Path) -> int:
    out, err = visit(var).communicate(timeout=60)
    assert err == ""
    return int(out)


def servers(var: Path) -> list[psutil.Process]:
    """Return the processes of the server under `var`, its keeper included."""
    mine = str(Server(var).data)
    return [
        process
        for process in psutil.process_iter()
        if process.is_running() and any(mine in part for part in _command(process))
    ]


def _command(process: psutil.Process) -> list[str]:
    try:
        return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
    except psutil.Error:
        return []


def wait_until_gone(var: Path) -> None:
    deadline = time.monotonic() + 30
    while servers(var):
        assert time.monotonic() < deadline, servers(var)
        time.sleep(0.05)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    kill_all(servers(folder))


def test_the_first_use_makes_the_database_and_the_last_one_stops_the_server(var: Path) -> None:
    assert visits(var) == 1
    assert servers(var) == []
    assert visits(var) == 2


@pytest.mark.faults
def test_two_that_start_at_once_share_one_server(var: Path) -> None:
    both = [visit(var) for _ in range(2)]
    counted = sorted(int(process.communicate(timeout=60)[0]) for process in both)
    assert counted == [1, 2]
    assert servers(var) == []


@pytest.mark.faults
def test_who_leaves_does_not_stop_the_server_under_another(var: Path) -> None:
    stays = visit(var, program=STAY)
    assert stays.stdout is not None
    stays.stdout.readline()
    assert visits(var) == 2
    assert servers(var) != []
    stays.communicate(timeout=60)
    assert servers(var) == []


@pytest.mark.faults
def test_a_forked_child_that_ends_does_not_stop_the_server(var: Path) -> None:
    program = (
        ASK
        + """
import os, warnings
warnings.simplefilter("ignore")
pid = os.fork()
if pid == 0:
    sys.exit(0)
os.waitpid(pid, 0)
with psycopg.connect(postgresql.url(Path(sys.argv[1]))) as connection:
    print(connection.execute("SELECT 42").fetchone()[0])
"""
    )
    out, err = visit(var, program=program).communicate(timeout=60)
    assert (out.split(), err) == (["1", "42"], "")


@pytest.mark.faults
def test_a_killed_user_leaves_no_server_behind(var: Path) -> None:
    killed = visit(var, program=STAY)
    assert killed.stdout is not None
    killed.stdout.readline()
    killed.kill()
    killed.communicate()
    wait_until_gone(var)
    assert visits(var) == 2


@pytest.mark.faults
def test_the_data_of_a_killed_server_is_whole(var: Path) -> None:
    user = visit(var, program=STAY)
    assert user.stdout is not None
    user.stdout.readline()
    kill_all(servers(var))
    user.kill()
    user.communicate()
    wait_until_gone(var)
    assert (Server(var).data / "postmaster.pid").exists()
    assert visits(var) == 2


@pytest.mark.faults
def test_a_stale_pid_file_whose_number_is_another_program_does_not_hinder(var: Path) -> None:
    visits(var)
    file = Server(var).data / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{Server(var).data}\n1\n5432\n\n\n 1 1\nready\n")
    assert visits(var) == 2


def test_a_killed_server_comes_back_while_it_is_used(var: Path) -> None:
    user = visit(var, program=STAY)
    assert user.stdout is not None
    user.stdout.readline()
    pid = int((Server(var).data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while True:
        out, _err = visit(var).communicate(timeout=60)
        if out:
            break
        assert time.monotonic() < deadline
    assert int(out) == 2
    user.communicate(timeout=60)
    wait_until_gone(var)


@pytest.mark.faults
def test_a_deep_folder_gets_a_short_private_socket(tmp_path: Path) -> None:
    var = tmp_path / ("deep" * 20) / ("deeper" * 10)
    server = Server(var)
    assert len(str(server.data / SOCKET)) > LONGEST_SOCKET_PATH > len(str(server.socket_dir))
    try:
        assert visits(var) == 1
        assert server.socket_dir.stat().st_mode & 0o077 == 0
    finally:
        wait_until_gone(var)
        with suppress(FileNotFoundError):  # The server removes it when its last user leaves.
            server.socket_dir.rmdir()


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path / "file")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "set VAR_DIR to a folder of your own" in done.stderr
    assert "Traceback" not in done.stderr
