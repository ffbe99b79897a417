"""Does something to many records at once; what one of them prevents is done to all others."""

from collections.abc import Callable, Sequence

from django.db import DataError, IntegrityError, transaction

from apps.bulk.engine.items import check_constraints
from apps.core.chunks import Chunks, Span
from apps.core.constraints import sentence_of
from apps.core.errors import DomainError


class _Items[Item](Chunks):
    """Records of one transaction, which the caller holds; each span is a part of it."""

    what = "bulk action"
    # The caller counts the refusals of all its transactions.
    most_refused = None
    refusals = (IntegrityError, DataError, DomainError)

    def __init__(self, items: Sequence[Item], act: Callable[[Sequence[Item]], None]) -> None:
        self.items = items
        self.act = act
        self.done = 0
        self.why: dict[Item, str] = {}

    def write(self, span: Span) -> None:
        start, end = span
        with transaction.atomic():
            self.act(self.items[start:end])
            check_constraints()
        self.done = end

    def size(self, span: Span) -> int:
        return span[1] - span[0]

    def next_in(self, span: Span, rows: int) -> Span | None:
        return (self.done, min(self.done + rows, span[1])) if self.done < span[1] else None

    def refuse(self, span: Span, error: Exception) -> None:
        why = error.message if isinstance(error, DomainError) else sentence(error)
        self.why[self.items[span[0]]] = why
        self.done = span[1]


def each_or_all[Item](
    items: Sequence[Item], act: Callable[[Sequence[Item]], None]
) -> dict[Item, str]:
    """Call `act` with as many items at once as possible; return the refused ones, and why.

    A refusal undoes what `act` did. The caller holds a transaction, whose locks and changes stay.
    """
    work = _Items(items, act)
    if items:
        work.work_off((0, len(items)))
    return work.why


def sentence(error: Exception) -> str:
    """Return what the database refused, in words."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    told = sentence_of(getattr(diagnosis, "table_name", None), name) if name else None
    message = told or getattr(diagnosis, "message_primary", None) or "a rule of the data"
    return told or f"The database rejected it: {message}."
