"""A clock that a test moves under real processes: they follow a file that says how far it is from the true one."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

_LOOK_SECONDS = 0.02
# More than a process takes to look, and less than what beat waits at the most.
_SEEN_SECONDS = 0.3


class MovedClock:
    """The test's end of the file. The clock goes on by itself from where it was set."""

    def __init__(self, path: Path, moment: datetime) -> None:
        self.path = path
        self._ahead = timedelta()
        self.set(moment)

    def set(self, moment: datetime) -> None:
        self._ahead = moment - datetime.now(UTC)
        part = self.path.with_suffix(".part")
        part.write_text(str(self._ahead.total_seconds()))
        part.rename(self.path)
        time.sleep(_SEEN_SECONDS)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def follow(path: Path) -> None:
    """Let this process's clock follow the file from now on."""
    seen = path.read_text()
    clock = time_machine.travel(time.time() + float(seen), tick=True).start()
    true_time = time_machine.escape_hatch.time.time

    def look() -> None:
        nonlocal seen
        while True:
            # Waits by a clock that is not moved.
            threading.Event().wait(_LOOK_SECONDS)
            if (ahead := path.read_text()) != seen:
                seen = ahead
                clock.move_to(true_time() + float(ahead))

    threading.Thread(target=look, name="moved clock", daemon=True).start()
