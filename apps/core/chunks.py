"""Many rows or records in few transactions: what one of them prevents is done to all others.

A chunk that lost to another transaction is tried again. A chunk that the database refuses is halved until
the refused row is found.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from django.db import DataError, IntegrityError, OperationalError, connection

from apps.core.errors import DomainError

_RETRIES = 6

# The start and the end of a span of the work, in processing order.
type Span = tuple[int, int]


def retried[Result](act: Callable[[], Result]) -> Result:
    """Call `act`, which is one transaction; again if it lost to another transaction."""
    attempt = 0
    while True:
        try:
            return act()
        except OperationalError:
            # A deadlock or a serialization failure. A part of a transaction can't be tried again.
            attempt += 1
            if attempt == _RETRIES or connection.in_atomic_block:
                raise
            time.sleep(0.1 * 2 ** (attempt - 1))


class Chunks(ABC):
    """Work that is done in spans.

    `refused` counts the rows that were refused so far; `what` is the kind of the work, for the sentence if
    there are more than `most_refused`, if that is not None. `refusals` are the errors that concern rows.
    """

    what: str
    refused = 0
    # Each refusal by the database costs a transaction; this many mean that something is wrong.
    most_refused: int | None = 500
    refusals: tuple[type[Exception], ...] = (IntegrityError, DataError)

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
        """Process a span; a row that is refused is found by halving, and refused alone."""
        try:
            retried(lambda: self.write(span))
        except self.refusals as error:
            self._halve(span, error)

    def _halve(self, span: Span, error: Exception) -> None:
        size = self.size(span)
        if size > 1:
            while (part := self.next_in(span, size // 2)) is not None:
                self.work_off(part)
            return
        if self.most_refused is not None and self.refused >= self.most_refused:
            raise DomainError(
                f"The {self.what} stopped because the database rejected {self.refused:,} rows."
            )
        self.refused += 1
        self.refuse(span, error)
