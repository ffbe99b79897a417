"""What the trail says about a record, for the tests of services."""

from typing import Any, NamedTuple

from django.db import models


class Trace(NamedTuple):
    kind: str
    actor: Any
    reason: str | None


def last_trace(record: models.Model) -> Trace:
    """Return kind, actor's key and reason of the record's newest history row."""
    newest = type(record).history.filter(pk_of(record)).latest()  # type: ignore[attr-defined]
    return Trace(newest.history_type, newest.history_user_id, newest.history_change_reason)


def number_of_traces(record: models.Model) -> int:
    return type(record).history.filter(pk_of(record)).count()  # type: ignore[attr-defined, no-any-return]


def pk_of(record: models.Model) -> models.Q:
    return models.Q(id=record.pk)
