"""One row of a formset, with the cases that a record on its own page does not have."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.forms.formsets import DELETION_FIELD_NAME as DELETE
from django.forms.utils import ErrorDict

from apps.core.admin.editing.conflicts import Conflict, authors_of, choice_name
from apps.core.admin.editing.display_values import label_of, stored_words
from apps.core.admin.editing.forms import VersionedModelForm
from apps.core.admin.editing.merge import Compared
from apps.core.admin.known_choice import tell_known
from apps.core.authorship import Authorship, last_changes


class VersionedRowForm(VersionedModelForm):
    """A row that may be marked for deletion while somebody changes it, or already be deleted."""

    # The key of a row that was on the page and no longer exists.
    gone: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tell_known(self, self.instance)

    @property
    def is_compared(self) -> bool:
        return self.is_bound and (self.gone is not None or not self.instance._state.adding)

    @property
    def record(self) -> tuple[Any, Any]:
        return type(self.instance), self.instance.pk if self.gone is None else self.gone

    @cached_property
    def compared(self) -> dict[str, Compared]:
        found = super().compared
        if DELETE not in found or not found[DELETE].is_touched:
            return found
        moved = [[name, each.now] for name, each in found.items() if each.is_moved]
        # Other input in a row that is to be deleted does not count.
        untouched = {name: replace(each, is_touched=False) for name, each in found.items()}
        return {
            **untouched,
            DELETE: replace(
                found[DELETE], now=moved or None, must_choose=bool(moved) or self.opened is None
            ),
        }

    @cached_property
    def conflicts(self) -> list[Conflict]:
        found = super().conflicts
        return [self._of_deletion(each) if each.name == DELETE else each for each in found]

    def _of_deletion(self, conflict: Conflict) -> Conflict:
        moved = dict(self.compared[DELETE].now or ())
        authors = authors_of(self, moved)
        values = self.opened.values if self.opened else {}
        return replace(
            conflict,
            label=f"Removing {self.instance}",
            before=self._in_words({name: values.get(name) for name in moved}),
            theirs=f"Keep it: {self._in_words(moved)}",
            mine="Remove it",
            author=max(authors.values(), key=lambda each: each.at, default=None),
            input_name=choice_name(self, DELETE),
        )

    def _in_words(self, values: dict[str, Any]) -> str:
        return ", ".join(
            f"{label_of(self, name)} {stored_words(self, name, value)}"
            for name, value in values.items()
        )

    def full_clean(self) -> None:
        if self.gone is None or not self.is_bound:
            super().full_clean()
            return
        # Nothing of a deleted row is stored. Input in it gets an error message.
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {}
        if self.is_typed_into:
            self.add_error(None, self._gone_sentence())

    @property
    def is_typed_into(self) -> bool:
        """Tell whether the user changed a deleted row in another way than removing it."""
        touched = [name for name, each in super().compared.items() if each.is_touched]
        return bool(touched) and DELETE not in touched

    def _gone_sentence(self) -> str:
        model, key = self.record
        author: Authorship | None = last_changes(model, key, [""]).get("")
        noun = model._meta.verbose_name
        who = f"{author.actor} removed this {noun}" if author else f"This {noun} was removed"
        return (
            f"{who} since you opened the page, so your change to it can't be saved. "
            "Mark the row for removal to save the rest."
        )

    def has_changed(self) -> bool:
        return False if self.gone is not None else super().has_changed()
