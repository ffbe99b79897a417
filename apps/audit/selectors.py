"""Reads of the trail that more than one page needs."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from apps.audit.models import ChangeSet
from apps.audit.timeline.models import history_models


@dataclass(frozen=True)
class Count:
    """How many records of one model a change set created, changed and deleted."""

    model: type[models.Model]
    created: int
    changed: int
    deleted: int

    @property
    def total(self) -> int:
        return self.created + self.changed + self.deleted


def change_set_counts(change_set: ChangeSet) -> list[Count]:
    """Count what a change set did, by model and kind, in one statement."""
    quote = connection.ops.quote_name
    histories = list(history_models().values())
    parts = [
        f"SELECT {index}, history_type, count(*) FROM {quote(history._meta.db_table)}"  # noqa: S608
        " WHERE change_set_id = %s GROUP BY history_type"
        for index, history in enumerate(histories)
    ]
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [change_set.pk] * len(parts))
        for index, kind, count in cursor.fetchall():
            found.setdefault(index, {})[kind] = count
    return [
        Count(histories[index].instance_type, *(kinds.get(kind, 0) for kind in "+~-"))
        for index, kinds in sorted(found.items())
    ]


def newest_position() -> int:
    """Return the highest position that the trail has given out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        row: Any = cursor.fetchone()
    return int(row[0])
