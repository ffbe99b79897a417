"""Works off the rows of a plan chunk by chunk: tries again what collided, and halves what the database refuses.

Applying goes up through the plan and an undo goes down; this is what both have in common.
"""

import time
from abc import ABC, abstractmethod

from django.db import DataError, IntegrityError, OperationalError, connection

from apps.core.errors import DomainError

CHUNK = 20_000
_RETRIES = 6
# Each refusal by the database costs a transaction of its own; so many mean that something is wrong.
_MAX_REFUSALS = 500

# Where a stretch of the plan begins and ends, in the order in which it is worked off.
type Span = tuple[int, int]


class Chunks(ABC):
    """A run that is worked off in spans of its plan. `refused` rows the database has refused so far; `what`
    is the kind of the run, for the sentence when these are too many."""

    what: str
    refused = 0

    @abstractmethod
    def write(self, span: Span) -> None:
        """Work a span off, with its checkpoint, in one transaction; nothing where that is done already."""

    @abstractmethod
    def size(self, span: Span) -> int:
        """Return the number of rows in a span."""

    @abstractmethod
    def next_in(self, span: Span, rows: int) -> Span | None:
        """Return the next `rows` rows of a span that are not worked off yet, None where none is left."""

    @abstractmethod
    def refuse(self, span: Span, error: Exception) -> None:
        """Mark the one row of a span as refused, and go on behind it."""

    def work_off(self, span: Span) -> None:
        """Work a span off; a row that the database refuses is found by halving and refused alone."""
        for attempt in range(_RETRIES):
            try:
                self.write(span)
                return
            except (IntegrityError, DataError) as error:
                self._halve(span, error)
                return
            except OperationalError:
                # A dead-lock or a serialization failure: the other one has won, try again.
                if attempt == _RETRIES - 1 or connection.in_atomic_block:
                    raise
                time.sleep(0.1 * 2**attempt)

    def _halve(self, span: Span, error: Exception) -> None:
        size = self.size(span)
        if size > 1:
            while (part := self.next_in(span, size // 2)) is not None:
                self.work_off(part)
            return
        if self.refused >= _MAX_REFUSALS:
            raise DomainError(
                f"The {self.what} stopped because the database rejected {self.refused:,} rows."
            )
        self.refused += 1
        self.refuse(span, error)
