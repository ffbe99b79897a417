"""The progress of checking a file, for its page.

Staging and planning are one transaction each, so progress is written through a separate connection.
It is written at most twice a second, and never by a command, which has no page.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection

from apps.transfers.models import ImportRun

_EVERY = 0.5

_TELL = (
    "UPDATE transfers_importrun SET plan_facts = %s::jsonb WHERE id = (SELECT id "
    "FROM transfers_importrun WHERE id = %s AND claimed_by = %s FOR UPDATE SKIP LOCKED)"
)

type Tell = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Report no progress."""


@contextmanager
def stored_progress(run: ImportRun, unit: str) -> Iterator[Tell]:
    """Yield a function that stores how many of how many `unit`s ("rows", "steps") are done."""
    if run.source == "command":
        yield no_progress
        return
    connection_of_progress: Any = connection.copy()
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY:
            return
        try:
            with connection_of_progress.cursor() as cursor:
                # Do not wait for other locks on the row (a cancellation, the heartbeat).
                cursor.execute(
                    _TELL,
                    [json.dumps({"progress": [unit, done, total]}), run.pk, run.claimed_by],
                )
        except Error:
            # The database is away: the work itself will notice.
            connection_of_progress.close()
        last = time.monotonic()

    try:
        yield tell
    finally:
        connection_of_progress.close()
