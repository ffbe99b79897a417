"""The filters of a timeline, from the search line and the form."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.audit.kinds import EVENT_KINDS
from apps.audit.origins import RUN_KINDS
from apps.core.search import MOST_WORDS
from apps.core.uuid7 import as_uuid

CREATED, CHANGED, DELETED, CHANGES = "created", "changed", "deleted", "changes"
HISTORY_TYPES = {CREATED: "+", CHANGED: "~", DELETED: "-"}
KIND_CHOICES: list[tuple[str, str]] = [
    (CREATED, "Created"),
    (CHANGED, "Changed"),
    (DELETED, "Deleted"),
]

# The URL parameters that `from_query` reads.
LOG_PARAMETERS = ("q", "actor", "object", "field", "kind", "source", "since", "until")
_LONGEST = 500
_ALIASES = {"from": "since", "to": "until", "person": "actor"}


def event_choices() -> list[tuple[str, str]]:
    return [(str(kind), kind.label) for kind in EVENT_KINDS]


@dataclass(frozen=True)
class TimelineFilter:
    """Conditions that must all match; empty ones are ignored."""

    words: tuple[str, ...] = ()
    actor: str = ""
    object: str = ""
    field: str = ""
    request: str = ""
    # The kind and the key of a run.
    run: tuple[str, str] | None = None
    reason: str = ""
    before: str = ""
    after: str = ""
    kind: str = ""
    source: str = ""
    since: date | None = None
    until: date | None = None
    # The parts that could not be parsed, as sentences.
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == TimelineFilter(problems=self.problems)

    @property
    def compares(self) -> bool:
        """Whether an entry must be compared with the previous one."""
        return bool(self.field or self.before or self.after)

    @property
    def is_selective(self) -> bool:
        """Whether an index finds the few matching entries."""
        return bool(self.request or self.run) or as_uuid(self.object) is not None

    @property
    def starts_at(self) -> datetime | None:
        return _midnight(self.since) if self.since else None

    @property
    def ends_at(self) -> datetime | None:
        """Return the first moment after the last day."""
        return _midnight(self.until + timedelta(days=1)) if self.until else None

    def as_words(self) -> str:
        """Return the conditions as a search line."""
        parts = [shlex.quote(word) for word in self.words]
        names = {new: old for old, new in _ALIASES.items() if new != "actor"}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("words", "problems") and value:
                name, text = names.get(field.name, field.name), str(value)
                if field.name == "run":
                    name, text = value
                parts.append(f'{name}:"{text}"' if " " in text else f"{name}:{text}")
        return " ".join(parts)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def from_query(query: Mapping[str, str]) -> TimelineFilter:
    """Read the search line `q` and the form's own parameters, which have the same names."""
    found = parse(_clean(query.get("q", "")))
    given: dict[str, Any] = {}
    problems = list(found.problems)
    for name in LOG_PARAMETERS[1:]:
        if value := _clean(query.get(name, "")).strip():
            _take(name, value, given, problems)
    return replace(found, **given, problems=tuple(problems))


def parse(line: str) -> TimelineFilter:
    """Read a search line: words, and `name:value` or `name:"several words"`."""
    try:
        parts = shlex.split(line.replace("'", "\\'"))
    except ValueError:
        parts = line.replace('"', " ").split()
    words: list[str] = []
    given: dict[str, Any] = {}
    problems: list[str] = []
    for part in parts:
        name, colon, value = part.partition(":")
        name = _ALIASES.get(name.lower(), name.lower())
        if not colon or not (name in _NAMES or name in RUN_KINDS):
            words.append(part)
        elif value:
            _take(name, value, given, problems)
    if len(words) > MOST_WORDS:
        # Each word is searched in every kind of record: hundreds of them would overload the
        # database.
        problems.append(f"Only the first {MOST_WORDS} words are searched for.")
    return TimelineFilter(words=tuple(words[:MOST_WORDS]), problems=tuple(problems), **given)


def _take(name: str, value: str, given: dict[str, Any], problems: list[str]) -> None:
    if name in ("since", "until"):
        day = _day(value)
        if day is None:
            problems.append(f"“{value}” is not a date. Write it like 2026-05-31.")
        else:
            given[name] = day
    elif name in RUN_KINDS:
        given["run"] = (name, value)
    elif name == "kind" and value.lower() not in (kinds := _kinds()):
        problems.append(f"“{value}” is not a kind. The kinds are {', '.join(sorted(kinds))}.")
    else:
        given[name] = value.lower() if name in ("kind", "source") else value


def position_from(text: str) -> int | None:
    """Return the position in a page's URL; None for the top and for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _clean(text: str) -> str:
    # PostgreSQL's text cannot contain a NUL character.
    return text.replace("\0", "")[:_LONGEST]


def _day(value: str) -> date | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    # Beyond these, date arithmetic around a day would overflow.
    return day if day and 1900 <= day.year < 3000 else None


_NAMES = {field.name for field in fields(TimelineFilter)} - {"words", "run", "problems"}


def _kinds() -> set[str]:
    return {CREATED, CHANGED, DELETED, CHANGES, *(str(kind) for kind in EVENT_KINDS)}
