"""Processes the rows of a plan chunk by chunk: retries collisions, and halves chunks that the
database refuses.

Applying goes up through the plan and an undo goes down; this is their common part.
"""

import time
from abc import ABC, abstractmethod

from django.db import DataError, IntegrityError, OperationalError, connection

from apps.core.errors import DomainError

CHUNK = 20_000
_RETRIES = 6
# Each refusal by the database costs a transaction; this many mean that something is wrong.
_MAX_REFUSALS = 500

# The start and the end of a span of the plan, in processing order.
type Span = tuple[int, int]


class Chunks(ABC):
    """A run that is processed in spans of its plan.

    `refused` counts the rows that the database has refused so far; `what` is the kind of the run,
    for the sentence if there are too many.
    """

    what: str
    refused = 0

    @abstractmethod
    def write(self, span: Span) -> None:
        """Process a span, with its checkpoint, in one transaction; nothing if that is already done."""

    @abstractmethod
    def size(self, span: Span) -> int:
        """Return the number of rows in a span."""

    @abstractmethod
    def next_in(self, span: Span, rows: int) -> Span | None:
        """Return the next `rows` unprocessed rows of a span, None if there are none."""

    @abstractmethod
    def refuse(self, span: Span, error: Exception) -> None:
        """Mark the one row of a span as refused, and continue after it."""

    def work_off(self, span: Span) -> None:
        """Process a span; a row that the database refuses is found by halving, and refused alone."""
        for attempt in range(_RETRIES):
            try:
                self.write(span)
                return
            except (IntegrityError, DataError) as error:
                self._halve(span, error)
                return
            except OperationalError:
                # A deadlock or a serialization failure: the other transaction won, so try again.
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
