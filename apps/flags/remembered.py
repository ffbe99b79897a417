"""What waffle reads of flags, switches, and samples comes from the snapshot, without a query."""

from collections.abc import Mapping
from typing import Any, Self

from django.db import models

from apps.flags.evaluation.current import current
from apps.flags.evaluation.snapshot import Snapshot


class Remembered(models.Model):
    """Answers waffle's `get` and `get_all` from memory, in place of its cache."""

    class Meta:
        abstract = True

    @classmethod
    def get(cls, name: str) -> Self:
        """Return the record of this name, or an unsaved one."""
        found = cls._of(current(), name)
        return cls(name=name) if found is None else found

    @classmethod
    def get_all(cls) -> list[Self]:
        snapshot, kind = current(), cls._meta.model_name
        names = sorted(name for each, name in snapshot.rows if each == kind)
        return [found for name in names if (found := cls._of(snapshot, name)) is not None]

    @classmethod
    def _of(cls, snapshot: Snapshot, name: str) -> Self | None:
        record: Self | None = snapshot.records.get((cls, name))
        if record is None:
            row = snapshot.rows.get((str(cls._meta.model_name), name))
            if row is not None:
                record = snapshot.records[cls, name] = cls._from_row(row)
        return record

    @classmethod
    def _from_row(cls, row: Mapping[str, Any]) -> Self:
        fields: list[Any] = list(cls._meta.concrete_fields)
        values = [field.to_python(row[field.column]) for field in fields]
        return cls.from_db("default", [field.attname for field in fields], values)

    def flush(self) -> None:
        """waffle empties its cache here after each change. There is none."""
