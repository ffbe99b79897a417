"""Jumping to a letter or a date: the place in the order at which a list then starts."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.core.admin.paging.fetch import Place
from apps.core.admin.paging.order import Key
from apps.core.models import BaseModel

# The highest character in every collation that PostgreSQL knows.
_HIGHEST = "\uffff"
_LONGEST = 50


class UnreadableJumpError(ValueError):
    """What was typed is not what the list can start at; the message says so."""


@dataclass(frozen=True)
class Jump:
    """What can be jumped to in an order: the beginning of a text, or a day."""

    key: Key
    kind: Literal["text", "date"]

    def place(self, given: str) -> Place:
        """Return where the list starts; raise `UnreadableJumpError`."""
        if self.kind == "text":
            return self._at_text(given)
        try:
            day = parse_date(given)
        except ValueError:
            day = None
        if day is None or not 1970 <= day.year < 9999:
            raise UnreadableJumpError(f"“{given[:60]}” is not a date. Write it like 2026-05-31.")
        return self._at_day(day)

    def _at_text(self, given: str) -> Place:
        if not given.strip() or len(given) > _LONGEST or "\x00" in given:
            raise UnreadableJumpError("Type the first letters to jump to.")
        text = self._as_stored(given)
        return Place([text + _HIGHEST if self.key.descending else text], inclusive=True)

    def _as_stored(self, given: str) -> str:
        """Return the text in the case of the values: a database may sort all capitals before all others."""
        if isinstance(self.key.field, (models.EmailField, models.SlugField)):
            return given.lower()
        return given[:1].upper() + given[1:]

    def _at_day(self, day: date) -> Place:
        if isinstance(self.key.field, models.DateField) and not isinstance(
            self.key.field, models.DateTimeField
        ):
            return Place([day], inclusive=True)
        # Downward the whole day belongs to it: everything before the next one.
        moment = _midnight(day + timedelta(days=1) if self.key.descending else day)
        if isinstance(self.key.field, models.UUIDField):
            return Place([_first_key(moment)], inclusive=not self.key.descending)
        return Place([moment], inclusive=not self.key.descending)


def jump_of(model: type[models.Model], key: Key) -> Jump | None:
    """Return what a list in this order can jump to, if anything."""
    field: Any = key.field
    if isinstance(field, (models.DateField, models.DateTimeField)):
        return Jump(key, "date")
    if isinstance(field, models.UUIDField):
        # The keys of our records begin with the time at which they were made.
        return Jump(key, "date") if field.primary_key and issubclass(model, BaseModel) else None
    if isinstance(field, (models.CharField, models.TextField)) and not field.flatchoices:
        return Jump(key, "text")
    return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_key(moment: datetime) -> uuid.UUID:
    """Return the lowest key of a record that was made then; see `apps/core/uuid7.py`."""
    return uuid.UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62))
