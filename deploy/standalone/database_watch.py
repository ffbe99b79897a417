"""Watches the embedded database for `make run`, and prints its events beside those of other processes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.standalone import postgresql
from deploy.standalone.postgresql.errors import CannotStartError
from deploy.standalone.postgresql.keeper import MARK
from deploy.standalone.postgresql.server import Server

SECONDS = 1
# What a server says when it cannot start; "the database system is …" is said to clients meanwhile.
_SEVERE = ("FATAL:", "PANIC:")
_TO_CLIENTS = "the database system is"


class DatabaseWatch:
    """Reports each event once: what the keeper did, why a start failed, and what we repaired."""

    def __init__(self, var_path: Path, say: Callable[[str], None]) -> None:
        self.var_path = var_path
        self.say = say
        self.log = Server(var_path).log
        self.read = self.log.stat().st_size if self.log.exists() else 0
        self.problem = ""

    def run(self, is_stopping: Callable[[], bool]) -> None:
        while not is_stopping():
            self.look()
            time.sleep(SECONDS)

    def look(self) -> None:
        for sentence in self.news():
            self.say(sentence)
        try:
            repaired, problem = postgresql.look_after(self.var_path), ""
        except (CannotStartError, OSError) as error:
            repaired, problem = "", str(error)
        if repaired or (problem and problem != self.problem):
            self.say(repaired or problem)
        self.problem = problem

    def news(self) -> Iterator[str]:
        """Return the new log lines that matter to the operator."""
        try:
            with self.log.open("rb") as log:
                size = log.seek(0, 2)
                log.seek(min(self.read, size))
                lines = log.read().decode(errors="replace").splitlines()
                self.read = size
        except OSError:
            return
        for line in lines:
            if line.startswith(MARK):
                yield line.removeprefix(MARK)
            elif any(mark in line for mark in _SEVERE) and _TO_CLIENTS not in line:
                yield line
