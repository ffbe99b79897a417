"""The answers that processes gave about flags: written in batches, and read by a flag's page.

Web processes, workers, and the scheduler count. A command that runs for a moment does not.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as django_connection
from django.utils import timezone

from apps.core.wording import plural
from apps.flags.evaluation import counts
from apps.flags.evaluation.private_connection import PrivateConnection

WRITE_SECONDS = 10.0
KEPT = timedelta(days=90)
# What a page shows.
SHOWN = timedelta(hours=24)

_WRITE = """
    INSERT INTO flags_answered AS known (kind, name, hour, process, yes, no, last_at)
    SELECT kind, name, date_trunc('hour', now(), 'UTC'), %s, yes, no, now()
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[]) AS given (kind, name, yes, no)
    -- All processes write in one order, so that none waits for another in a circle.
    ORDER BY kind, name
    ON CONFLICT (kind, name, hour, process) DO UPDATE
    SET yes = known.yes + excluded.yes, no = known.no + excluded.no, last_at = excluded.last_at
"""
_READ = """
    SELECT hour, process, yes, no, last_at FROM flags_answered
    WHERE kind = %s AND name = %s AND last_at >= now() - make_interval(secs => %s) ORDER BY hour DESC, process
"""


class Writing:
    """Writes the counts of one process, now and then and at its end."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.written_at = float("-inf")

    def write(self, connection: PrivateConnection, *, every: float = 0) -> None:
        """Write what was counted, unless that was less than `every` seconds ago. Raises `psycopg.Error`."""
        now = time.monotonic()
        if now - self.written_at < every:
            return
        if self.written_at == float("-inf"):
            connection.execute("DELETE FROM flags_answered WHERE last_at < now() - %s", [KEPT])
        self.written_at = now
        taken = counts.take()
        if not taken:
            return
        keys = sorted({(kind, name) for kind, name, _ in taken})
        columns = [
            [kind for kind, _ in keys],
            [name for _, name in keys],
            [taken[*key, True] for key in keys],
            [taken[*key, False] for key in keys],
        ]
        try:
            connection.execute(_WRITE, [self.process, *columns])
        except BaseException:
            counts.put_back(taken)
            raise


@dataclass(frozen=True)
class Hour:
    """The answers of one hour."""

    start: datetime
    yes: int
    no: int


@dataclass(frozen=True)
class Answers:
    """What processes answered about one flag in the last 24 hours, the newest hour first."""

    hours: tuple[Hour, ...]
    last_at: datetime | None
    last_by: str

    @property
    def sentence(self) -> str:
        """“Asked 1,204 times in the last 24 hours: 1,100 times on, 104 times off.”"""
        yes, no = sum(hour.yes for hour in self.hours), sum(hour.no for hour in self.hours)
        if not yes + no:
            return "Not asked in the last 24 hours."
        times = plural(yes + no, "time")
        return f"Asked {times} in the last 24 hours: {yes:,} on, {no:,} off."


def answers_about(kind: str, name: str) -> Answers:
    with django_connection.cursor() as cursor:
        cursor.execute(_READ, [kind, name, KEPT.total_seconds()])
        rows = cursor.fetchall()
    last_at, last_by = max(((at, process) for _, process, *_, at in rows), default=(None, ""))
    since = timezone.now() - SHOWN
    hours: dict[datetime, Hour] = {}
    for start, _, yes, no, at in rows:
        if at >= since:
            before = hours.get(start, Hour(start, 0, 0))
            hours[start] = Hour(start, before.yes + yes, before.no + no)
    return Answers(tuple(hours.values()), last_at, last_by)
