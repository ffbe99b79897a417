"""The processes that answer from memory, and the version that each answers from."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection as django_connection

from apps.core.processes import is_gone, own_name
from apps.flags.evaluation.private_connection import PrivateConnection
from apps.flags.evaluation.snapshot import Version

# A process that has said nothing for this long is silent.
SILENT_AFTER = timedelta(seconds=5)
# One on another machine that has said nothing for this long is taken for ended.
ENDED_AFTER = timedelta(minutes=10)

_WRITE = """
    INSERT INTO flags_process AS known (name, kind, version, since, seen_at, started_at)
    VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp(), clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, version = excluded.version, seen_at = excluded.seen_at,
        since = CASE WHEN known.version = excluded.version THEN known.since ELSE excluded.since END
"""


@dataclass
class Report:
    """What one process says of itself: at once after a change, and otherwise now and then."""

    kind: str
    version: Version = None
    written_at: float = field(default=float("-inf"))

    def write(self, connection: PrivateConnection, version: Version, *, every: float) -> None:
        now = time.monotonic()
        if self.version is None:
            connection.execute(
                "DELETE FROM flags_process WHERE seen_at < now() - %s", [ENDED_AFTER]
            )
        if version is None or (version == self.version and now - self.written_at < every):
            return
        connection.execute(_WRITE, [own_name(), self.kind, version[0]])
        self.version, self.written_at = version, now

    def remove(self, connection: PrivateConnection) -> None:
        connection.execute("DELETE FROM flags_process WHERE name = %s", [own_name()])


@dataclass(frozen=True)
class Process:
    """A process as the database knows it. Every moment is the database's: clocks of machines differ."""

    name: str
    kind: str
    version: int
    since: datetime
    seen_at: datetime
    started_at: datetime
    now: datetime

    @property
    def is_silent(self) -> bool:
        return self.now - self.seen_at > SILENT_AFTER

    @property
    def is_ended(self) -> bool:
        return is_gone(self.name) or self.now - self.seen_at > ENDED_AFTER

    @property
    def pid(self) -> int:
        return int(self.name.rpartition("/")[2].partition(".")[0])

    @property
    def label(self) -> str:
        """The process in words: “worker 4711 on host-a”."""
        return f"{self.kind} {self.pid} on {self.name.partition('/')[0]}"


@dataclass(frozen=True)
class Uptake:
    """How far the last change of any flag has come."""

    version: int
    changed_at: datetime | None
    processes: tuple[Process, ...]

    @property
    def late(self) -> tuple[Process, ...]:
        """The processes that do not answer from the last change yet."""
        return tuple(each for each in self.processes if each.version < self.version)

    @property
    def silent(self) -> tuple[Process, ...]:
        """The processes that have taken it up, and have said nothing since."""
        return tuple(p for p in self.processes if p.is_silent and p.version >= self.version)

    @property
    def is_whole(self) -> bool:
        return not self.late

    @property
    def sentence(self) -> str:
        """“Taken up by 6 of 6 processes, 0.3 s after the change.”"""
        if not self.processes:
            return "No process that answers from memory is running."
        done = [each for each in self.processes if each.version >= self.version]
        text = f"Taken up by {len(done)} of {len(self.processes)} processes"
        if self.is_whole and (seconds := self.seconds) is not None:
            text += f", {seconds:.1f} s after the change"
        return f"{text}."

    @property
    def seconds(self) -> float | None:
        """How long the last process took; None if all have started since the change."""
        changed_at = self.changed_at
        if changed_at is None:
            return None
        took = [p.since - changed_at for p in self.processes if p.started_at < changed_at]
        return max(took).total_seconds() if took else None


def uptake() -> Uptake:
    """Read which process answers from which version, without those that have ended."""
    with django_connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.version, v.changed_at, p.name, p.kind, p.version, p.since, p.seen_at, p.started_at,"
            " clock_timestamp() FROM flags_version v LEFT JOIN flags_process p ON true ORDER BY p.kind, p.name"
        )
        rows = cursor.fetchall()
    if not rows:
        return Uptake(0, None, ())
    known = tuple(Process(name, *rest) for _, _, name, *rest in rows if name is not None)
    return Uptake(rows[0][0], rows[0][1], tuple(each for each in known if not each.is_ended))
