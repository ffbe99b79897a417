"""The behavior of every compared form, on a record's page or a confirmation page."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms

from apps.core.admin.editing.conflicts import Conflict, choice_name, conflicts_of
from apps.core.admin.editing.merge import (
    MINE,
    THEIRS,
    Compared,
    compare,
    frozen_initial,
    merged_keys,
)
from apps.core.admin.editing.opened_values import OpenedValues
from apps.core.admin.editing.values import thawed

_Base: Any = forms.Form if TYPE_CHECKING else object


class ComparisonMixin(_Base):
    """Keeps others' changes to fields that the user left alone, and shows conflicting ones."""

    opened: OpenedValues | None = None
    # The primary key of the user who sees the form.
    opened_by = ""
    fields: dict[str, Any]

    @property
    def is_compared(self) -> bool:
        """Tell whether the post changes something that existed when the form was opened."""
        raise NotImplementedError

    @property
    def record(self) -> tuple[Any, Any]:
        """Return the model and the key of the record that the form is about."""
        raise NotImplementedError

    @property
    def version(self) -> OpenedValues:
        """Return the signed values that the page posts with the next save."""
        opened = self.opened if self.is_bound else None
        shown = {conflict.name: conflict.now for conflict in self.conflicts}
        values = opened.values if opened else self.stored_values()
        return OpenedValues(values, shown, self.opened_by)

    @property
    def uncompared(self) -> frozenset[str]:
        """Return the fields that are not about stored values, such as a reason."""
        return frozenset()

    def stored_values(self) -> dict[str, Any]:
        names = self.fields.keys() - self.uncompared
        return {name: frozen_initial(self, name) for name in names}

    @cached_property
    def compared(self) -> dict[str, Compared]:
        """Compare each field of the form; without a version every difference is a conflict."""
        return {
            name: self.compare_with(field, name, self[name].data)
            for name, field in self.fields.items()
            if not field.disabled and name not in self.uncompared
        }

    def compare_with(self, field: forms.Field, name: str, data: object) -> Compared:
        known = self.opened is not None and name in self.opened.values
        now = frozen_initial(self, name) if name in self.fields else None
        was = self.opened.values[name] if self.opened and known else now
        return compare(
            field,
            was=was,
            now=now if name in self.fields else was,
            data=data,
            must_choose=self.opened is None or name in self.opened.shown,
            is_known=known or self.opened is None,
        )

    def choice(self, name: str) -> str:
        """Return "mine" or "theirs" if the user chose while seeing the value that is stored now."""
        shown = self.opened.shown if self.opened else {}
        if name not in shown or shown[name] != self.compared[name].now:
            return ""
        chosen = str(self.data.get(choice_name(self, name), ""))
        return chosen if chosen in (MINE, THEIRS) else ""

    @cached_property
    def kept(self) -> list[str]:
        """Return the fields that stay as they are stored."""
        return [
            name
            for name, each in self.compared.items()
            if each.stays or (each.collides and self.choice(name) == THEIRS)
        ]

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """Return the fields that both changed, including those on which the user has decided."""
        if not self.is_compared:
            return []
        names = [name for name, each in self.compared.items() if each.collides]
        return conflicts_of(self, names) if names else []

    @property
    def merged(self) -> list[str]:
        """Return the fields that only others changed, and the sets of records that both changed."""
        if not self.is_compared or self.opened is None:
            return []
        return [
            name
            for name, each in self.compared.items()
            if each.is_moved and (not each.is_touched or each.is_merged)
        ]

    @cached_property
    def changed_data(self) -> list[str]:
        if not self.is_compared:
            return super().changed_data
        return [
            name
            for name, each in self.compared.items()
            if name not in self.kept and each.is_touched and self._changes(name, each)
        ]

    def _changes(self, name: str, each: Compared) -> bool:
        if not each.is_set:
            return each.differs
        return self.wanted_keys(name) != {str(key) for key in self.current_keys(name)}

    def current_keys(self, name: str) -> list[Any]:
        """Return the keys of a set of records as it is stored."""
        return [thawed(key) for key in self.compared[name].now or ()]

    def wanted_keys(self, name: str) -> set[str]:
        """Return the keys that a set of records will have."""
        each, field = self.compared[name], self.fields[name]
        posted = [str(key) for key in self[name].data or ()]
        was = each.was if each.is_merged else each.now
        gone = {str(thawed(key)) for key in was or ()} - set(posted)
        queryset: Any = field.queryset
        offered = {str(key) for key in queryset.filter(pk__in=gone).values_list("pk", flat=True)}
        return merged_keys(
            was=[thawed(key) for key in was or ()],
            now=self.current_keys(name),
            posted=posted,
            offered=offered if gone else set(),
        )

    def _clean_fields(self) -> None:
        if not self.is_compared:
            super()._clean_fields()
            return
        fields = self.fields
        kept = {name: fields[name] for name in self.kept}
        # Cleaning a stored file would open and check it again, and leave it open.
        files = [name for name, field in kept.items() if isinstance(field, forms.FileField)]
        self.fields = {name: field for name, field in fields.items() if name not in files}
        for field in kept.values():
            # A disabled field is cleaned from the stored value, whatever was posted.
            field.disabled = True
        try:
            super()._clean_fields()
        finally:
            self.fields = fields
            for field in kept.values():
                field.disabled = False
        for name in files:
            self.cleaned_data[name] = self.get_initial_for_field(fields[name], name)
        self._merge_sets()
        for conflict in self.conflicts:
            if not conflict.choice:
                self.add_error(conflict.name, conflict.demand)

    def _merge_sets(self) -> None:
        for name, each in self.compared.items():
            if each.is_set and name in self.cleaned_data and name not in self.kept:
                model = self.fields[name].queryset.model
                self.cleaned_data[name] = model._base_manager.filter(pk__in=self.wanted_keys(name))
