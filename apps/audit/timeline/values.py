"""The change of one field, as it is displayed."""

import difflib
import re
from dataclasses import dataclass

from django.db import models

from apps.audit.timeline.models import field_label
from apps.audit.timeline.record_names import RecordNames
from apps.core.model_meta import related_model
from apps.core.personal import readable
from apps.core.value_words import value_words

EMPTY = "–"  # noqa: RUF001
# Longer texts are compared word by word.
LONG = 60
_WORDS_COMPARED = 2_000
_SHOWN = 4_000
_TOKEN = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Change:
    """A field before and after; `words` has the word diff of a long text."""

    field: str
    label: str
    before: str = EMPTY
    after: str = EMPTY
    is_hidden: bool = False
    is_choice: bool = False
    words: tuple[tuple[str, str], ...] = ()

    @property
    def is_long(self) -> bool:
        return bool(self.words)


def display_value(field: models.Field, value: object, names: RecordNames) -> str:
    """Return a stored value as it is displayed."""
    if value is None or value == "":
        return EMPTY
    if field.is_relation:
        return names.get(related_model(field), value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return value_words(value)


def change(field: models.Field, before: object, after: object, names: RecordNames) -> Change:
    """Return how a field changed; the caller knows that it changed."""
    # Masked before they are cut: a cut in the middle of an address would leave a part of it.
    old, new = (readable(display_value(field, value, names)) for value in (before, after))
    words: tuple[tuple[str, str], ...] = ()
    if max(len(old), len(new)) > LONG and EMPTY not in (old, new):
        words = word_diff(old, new)
    return Change(
        field=str(field.name),
        label=field_label(field.model, field.name),
        before=_cut(old),
        after=_cut(new),
        is_choice=bool(field.flatchoices) or isinstance(field, models.BooleanField),
        words=words,
    )


def word_diff(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return runs of ("same" | "gone" | "new", text); nothing if the text is too long to compare."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > _WORDS_COMPARED:
        return ()
    runs: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            runs.append(("same", "".join(old[a:b])))
            continue
        if b > a:
            runs.append(("gone", "".join(old[a:b])))
        if d > c:
            runs.append(("new", "".join(new[c:d])))
    return tuple(_folded(runs))


def _folded(runs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Shorten long unchanged parts."""
    folded = []
    for index, (kind, text) in enumerate(runs):
        if kind == "same" and len(text) > 160:
            head = "" if index == 0 else text[:60]
            tail = "" if index == len(runs) - 1 else text[-60:]
            text = f"{head} … {tail}"
        folded.append((kind, text))
    return folded


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
