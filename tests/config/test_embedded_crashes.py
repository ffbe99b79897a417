"""The embedded PostgreSQL and its keeper, killed at the worst moments: it comes back, and says so."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from deploy.standalone import postgresql
from deploy.standalone.database_watch import DatabaseWatch
from deploy.standalone.postgresql.server import Server
from tests.config.test_embedded import ROOT, STAY, servers, visit, wait_until_gone
from tests.other_processes import kill_all

pytestmark = pytest.mark.faults

# As an import stages its rows: an unlogged table, made and filled in one transaction.
STAGE = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    for number in range(1000):
        connection.execute(f"CREATE UNLOGGED TABLE stage_{sys.argv[2]}_{number} (n bigint, t text)")
        copying = f"COPY stage_{sys.argv[2]}_{number} FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            print("copying", flush=True)
            for row in range(20_000_000):
                copy.write_row((row, "x" * 100))
"""


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder whose server a program uses for as long as the test lasts.

    Not pytest's own: another run of pytest by the same user closes that to PostgreSQL's user.
    """
    with tempfile.TemporaryDirectory(prefix="quarterdeck-") as made:
        yield from used(Path(made) / "var")


def used(folder: Path) -> Iterator[Path]:
    user = visit(folder, program=STAY)
    assert user.stdout is not None
    assert user.stdout.readline().strip() == "1"
    yield folder
    user.kill()
    user.communicate()
    try:
        wait_until_gone(folder)
    finally:
        kill_all(servers(folder))


def postmaster(var: Path) -> int:
    return int((Server(var).data / "postmaster.pid").read_text().split()[0])


def keeper(var: Path) -> psutil.Process:
    return next(
        each for each in servers(var) if any("keeper.py" in word for word in each.cmdline())
    )


def wait_for(fits: Callable[[], bool], var: Path, seconds: int = 120) -> None:
    until = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < until, Server(var).log.read_text()[-4000:]
        time.sleep(0.05)


def answers(var: Path) -> bool:
    with suppress(psycopg.Error), psycopg.connect(postgresql.url(var)) as connection:
        return bool(connection.execute("SELECT count(*) FROM visit").fetchone())
    return False


def looked_after(var: Path) -> str:
    """Look after the database until there was something to do: a kill takes a moment to arrive."""
    output: list[str] = []
    wait_for(lambda: any(output) or output.append(postgresql.look_after(var)), var)
    return output[-1]


def stage(var: Path, number: int) -> subprocess.Popen[str]:
    """Start to copy rows into an unlogged table, and return when rows are on their way."""
    process = subprocess.Popen(
        [sys.executable, "-c", STAGE, postgresql.url(var), str(number)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "copying"
    time.sleep(0.3)
    return process


@pytest.mark.parametrize("also_in_recovery", [False, True])
def test_it_comes_back_whenever_it_is_killed_while_rows_are_staged(
    var: Path, also_in_recovery: bool
) -> None:
    for number in range(3):
        staging = stage(var, number)
        killed = postmaster(var)

        os.kill(killed, signal.SIGKILL)
        if also_in_recovery:
            for _ in range(3):
                with suppress(OSError, ValueError, IndexError):
                    wait_for(lambda killed=killed: postmaster(var) != killed, var, seconds=10)
                    killed = postmaster(var)
                    os.kill(killed, signal.SIGKILL)

        wait_for(lambda: answers(var), var)
        staging.kill()
        staging.communicate()


def test_a_server_that_was_told_to_stop_comes_back_while_it_is_used(var: Path) -> None:
    stopped = postmaster(var)
    os.kill(stopped, signal.SIGINT)

    wait_for(lambda: answers(var) and postmaster(var) != stopped, var)


def test_a_command_that_comes_during_recovery_waits_for_it(var: Path) -> None:
    staging = stage(var, 1)
    os.kill(postmaster(var), signal.SIGKILL)

    out, err = visit(var).communicate(timeout=120)

    assert (out.strip(), err) == ("2", "")
    staging.kill()
    staging.communicate()


def test_a_killed_keeper_is_replaced_and_the_server_goes_on(var: Path) -> None:
    before = postmaster(var)
    keeper(var).kill()

    assert looked_after(var) == "the database's keeper was killed; a new one was started"

    assert (postmaster(var), answers(var)) == (before, True)
    assert postgresql.look_after(var) == ""
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: answers(var), var)


def test_keeper_and_server_killed_together_are_started_again(var: Path) -> None:
    killed = servers(var)
    kill_all(killed)
    # While it dies, its socket still answers.
    psutil.wait_procs(killed, timeout=30)

    assert looked_after(var) == "the database and its keeper were killed; both were started again"

    assert answers(var)


def test_the_watch_says_what_happened(var: Path) -> None:
    output: list[str] = []
    watch = DatabaseWatch(var, output.append)
    os.kill(postmaster(var), signal.SIGKILL)
    wait_for(lambda: answers(var), var)

    wait_for(lambda: watch.look() or any("is ready" in line for line in output), var)

    assert output[0].startswith("the database was killed by signal 9; starting it again")
    assert output[-1].startswith("the database is ready")


def test_a_server_that_cannot_start_at_all_is_given_up_with_its_own_words(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = visit(var)
    assert first.communicate(timeout=60)[1] == ""
    (Server(var).data / "PG_VERSION").write_text("9.6\n")

    out, err = visit(var).communicate(timeout=120)

    assert out == ""
    assert "The embedded PostgreSQL did not start" in err
    assert "incompatible" in err
    wait_until_gone(var)
