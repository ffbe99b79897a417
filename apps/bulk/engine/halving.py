"""Does something to many records at once; what one of them prevents is done to all others."""

import time
from collections.abc import Callable, Sequence

from django.db import DataError, Error, IntegrityError, OperationalError, connection, transaction

from apps.bulk.engine.items import check_constraints
from apps.core.constraints import sentence_of
from apps.core.errors import DomainError

_RETRIES = 6


def each_or_all[Item](
    items: Sequence[Item], act: Callable[[Sequence[Item]], None]
) -> dict[Item, str]:
    """Call `act` with as many items at once as possible; return the refused ones, and why.

    A refusal undoes what `act` did. The refused item is found by halving. The caller holds a
    transaction, whose locks and changes stay.
    """
    if not items:
        return {}
    try:
        with transaction.atomic():
            act(items)
            check_constraints()
        return {}
    except (IntegrityError, DataError) as error:
        why = sentence(error)
    except DomainError as error:
        why = error.message
    if len(items) == 1:
        return {items[0]: why}
    middle = len(items) // 2
    return each_or_all(items[:middle], act) | each_or_all(items[middle:], act)


def repeated(act: Callable[[], bool]) -> bool:
    """Call `act`, which is one transaction; again, if another transaction won a deadlock."""
    for attempt in range(_RETRIES):
        try:
            return act()
        except OperationalError:
            if attempt == _RETRIES - 1 or connection.in_atomic_block:
                raise
            time.sleep(0.1 * 2**attempt)
    return False


def sentence(error: Error) -> str:
    """Return what the database refused, in words."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    told = sentence_of(getattr(diagnosis, "table_name", None), name) if name else None
    message = told or getattr(diagnosis, "message_primary", None) or "a rule of the data"
    return told or f"The database rejected it: {message}."
