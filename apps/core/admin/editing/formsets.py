"""The rows on a record's page, each compared with its state when the page was opened."""

from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections, router

from apps.core.admin.editing.forms import about
from apps.core.admin.editing.opened_values import NAME, read, sign
from apps.core.admin.editing.values import thawed
from apps.core.admin.paged_formset import PagedFormSet


class VersionedFormSet(PagedFormSet):
    """An inline's formset that knows each row's values when the page was opened.

    When it is posted, its rows are locked and read by their keys. Rows may have been added and
    deleted in the meantime, so a row can now be on another page of the inline.
    """

    # The inline that declares the rows.
    inline: Any = None

    @property
    def about(self) -> str:
        return f"{about(self.instance)}/{self.prefix}"

    @property
    def token_name(self) -> str:
        return f"{self.prefix}-{NAME}"

    @property
    def token(self) -> str:
        """Return the signed values that the page posts with the next save; nothing for a new record."""
        if self.instance._state.adding:
            return ""
        rows = {str(form.record[1]): form.version.as_list() for form in self.initial_forms}
        return sign(self.about, rows)

    @cached_property
    def opened_rows(self) -> dict[str, list[Any]] | None:
        """Return the rows' opened values by key; nothing if the post does not contain them."""
        rows: dict[str, list[Any]] | None = read(self.about, self.data.get(self.token_name))
        return rows

    @cached_property
    def _object_dict(self) -> dict[Any, Any]:
        """Return the posted rows by key, locked. Django looks them up here.

        A deleted row is replaced by its values when the page was opened.
        """
        keys = self._posted_keys()
        if connections[router.db_for_write(self.model)].in_atomic_block and self._is_editable():
            rows: Any = self.model._base_manager.filter(pk__in=keys).order_by("pk")
            list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
        queryset: Any = self.queryset
        found = {row.pk: row for row in queryset.filter(pk__in=keys)}
        opened = self.opened_rows or {}
        gone = [key for key in keys if key not in found and str(key) in opened]
        return {**found, **{key: self._as_opened(key, opened[str(key)][0]) for key in gone}}

    def _posted_keys(self) -> list[Any]:
        to_python = self._get_to_python(self.model._meta.pk)
        keys = []
        for index in range(self.initial_form_count()):
            try:
                keys.append(to_python(self.data.get(self._key_name(index))))
            except ValidationError:
                continue
        return [key for key in keys if key is not None]

    def _key_name(self, index: int) -> str:
        return f"{self.add_prefix(index)}-{self.model._meta.pk.name}"

    def _is_editable(self) -> bool:
        fixed = {self.model._meta.pk.name, self.fk.name}
        return bool(self.can_delete or set(self.form.base_fields) - fixed)

    def _as_opened(self, key: object, values: dict[str, Any]) -> Any:
        row = self.model(pk=key)
        setattr(row, self.fk.attname, self.instance.pk)
        for name, value in values.items():
            try:
                field: Any = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if field.concrete and not field.many_to_many:
                setattr(row, field.attname, thawed(value))
        return row

    def get_queryset(self) -> Any:
        # Django pairs each row's form with one of these; a posted form with its own record.
        if self.is_bound:
            return [form.instance for form in self.initial_forms]
        return super().get_queryset()

    def _construct_form(self, i: int, **kwargs: object) -> Any:
        form = super()._construct_form(i, **kwargs)
        if self.is_bound and i < self.initial_form_count():
            key = str(self.data.get(self._key_name(i)))
            rows = self.opened_rows or {}
            form.gone = form.instance.pk if form.instance._state.adding and key in rows else None
            form.take(rows.get(key))
        return form
