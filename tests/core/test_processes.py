"""Telling a process that ended from one that lives."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from apps.core.processes import is_gone, own_name


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """A process that says its own name and then waits."""
    code = "from apps.core.processes import own_name; print(own_name(), flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_process_that_was_killed_is_gone_also_before_its_parent_has_noticed(
    other: subprocess.Popen[str],
) -> None:
    name = first_line(other)
    assert not is_gone(name)

    other.kill()
    # A zombie: not waited for.
    for _ in range(1000):
        if is_gone(name):
            break
    other.wait()

    assert is_gone(name)
    assert is_gone(f"{name}/and-more")


def test_a_process_id_that_was_given_again_is_another_process() -> None:
    place, _, started = own_name().rpartition(".")
    assert is_gone(f"{place}.{int(started) - 1}")
    assert not is_gone(own_name())


@pytest.mark.parametrize("name", ["", "x", "other-host/1234abcd-1/1.1", "vm/1/2/3"])
def test_nothing_is_said_of_a_process_elsewhere(name: str) -> None:
    assert not is_gone(name)


def test_nor_of_one_in_another_container_with_the_same_name() -> None:
    host, kernel, process = own_name().split("/")
    assert not is_gone(f"{host}/{kernel}9/{process}9")
