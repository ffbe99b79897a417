"""Three-way comparison of a field: as opened, as stored now, as posted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.forms import Field, ModelForm, ModelMultipleChoiceField

from apps.core.admin.editing.values import frozen, thawed

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Compared:
    """The comparison of one field since the form was opened; `was` and `now` are frozen values."""

    was: Any
    now: Any
    # The user changed it; somebody else changed it; the posted value differs from the stored one.
    is_touched: bool
    is_moved: bool
    differs: bool
    is_set: bool
    # The stored value must not be replaced before the user has seen it and chosen.
    must_choose: bool
    # The field was on the page when it was opened.
    is_known: bool

    @property
    def stays(self) -> bool:
        """Tell whether the field keeps the stored value, because the user left it alone."""
        return not self.is_known or (self.is_moved and not self.is_touched)

    @property
    def is_merged(self) -> bool:
        """Tell whether both users' changes to a set of records are combined, record by record."""
        return self.is_set and not self.must_choose

    @property
    def collides(self) -> bool:
        """Tell whether both changed the field, to different values."""
        changed_by_both = self.is_touched and (self.is_moved or self.must_choose)
        return self.is_known and changed_by_both and self.differs and not self.is_merged


def compare(
    field: Field, *, was: Any, now: Any, data: object, must_choose: bool, is_known: bool
) -> Compared:
    """Compare a field's posted `data` with its frozen values `was` and `now`."""
    is_set = isinstance(field, ModelMultipleChoiceField)
    return Compared(
        was=was,
        now=now,
        is_touched=_changed(field, was, data),
        is_moved=_keys(was) != _keys(now) if is_set else was != now,
        differs=_changed(field, now, data),
        is_set=is_set,
        must_choose=must_choose,
        is_known=is_known,
    )


def _changed(field: Field, before: object, data: object) -> bool:
    value = thawed(before)
    if isinstance(value, str) and isinstance(data, str) and _lines(value) == _lines(data):
        # A browser may send other line endings than the record has, and a field strips spaces.
        return False
    return bool(field.has_changed(value, data))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _keys(values: Iterable[Any] | None) -> set[str]:
    return {str(thawed(value)) for value in values or ()}


def merged_keys(
    *, was: Iterable[Any], now: Iterable[Any], posted: Iterable[Any], offered: set[str]
) -> set[str]:
    """Return the keys of a set of records: the stored ones, plus what the user added, minus what
    they removed.

    The user can only have removed what was `offered`; they do not see the rest.
    """
    before, chosen = {str(key) for key in was}, {str(key) for key in posted}
    added, removed = chosen - before, (before - chosen) & offered
    return ({str(key) for key in now} - removed) | added


def frozen_initial(form: ModelForm, name: str) -> Any:
    """Return the stored value of a form's field."""
    return frozen(form[name].initial)
