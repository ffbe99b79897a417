"""Sentences that say when something is due, such as "Mondays at 07:00".

The schedules app reads them, and plugs its reader into the port `TIMETABLES`. So subscriptions to
reports are timed by the same sentences as schedules.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from apps.core.port import Port


class Timetable(Protocol):
    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the due times after `moment`, in order."""


@dataclass(frozen=True)
class ReadTimetable:
    """What a sentence says: the sentence in its usual form, and the due times."""

    words: str
    timetable: Timetable

    def after(self, moment: datetime) -> Iterator[datetime]:
        return self.timetable.after(moment)


# Called with a sentence and the name of a time zone; raises `ValueError` with a sentence.
TIMETABLES = Port[Callable[[str, str], ReadTimetable]](
    "timetables", "how a sentence such as “Mondays at 07:00” becomes due times"
)
