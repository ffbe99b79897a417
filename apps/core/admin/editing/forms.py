"""Forms that compare the posted values with the opened and the stored ones."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import Field, Model

from apps.core.admin.editing.comparison import ComparisonMixin
from apps.core.admin.editing.opened_values import NAME, OpenedValues, read, sign
from apps.core.model_meta import concrete_model

WITHOUT_VERSION = (
    "This form doesn't say which version of the record it was opened on, so nothing was "
    "saved. Compare your changes with the stored values, and save again."
)


class VersionedModelForm(ComparisonMixin, forms.ModelForm):
    """A form on one record, which the view has locked before the form is posted.

    Only the fields that the user changed are written; see `write`.
    """

    # Makes a form field for a model field that this form no longer has; the ModelAdmin sets it.
    field_of: Callable[[str], forms.Field | None] | None = None
    lacks_version = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = dict(self.instance.__dict__)
        if self.is_compared and self.prefix is None:
            self.take(read(self.about, self.data.get(NAME)))

    @property
    def is_compared(self) -> bool:
        return self.is_bound and not self.instance._state.adding

    @property
    def record(self) -> tuple[Any, Any]:
        return type(self.instance), self.instance.pk

    @property
    def uncompared(self) -> frozenset[str]:
        return frozenset({self.instance._meta.pk.name})

    @property
    def about(self) -> str:
        """Return the subject of this form's token."""
        return about(self.instance)

    @property
    def token(self) -> str:
        """Return what the page carries to the next save; nothing for a new record."""
        if self.instance._state.adding:
            return ""
        return sign(self.about, self.version.as_list())

    def take(self, content: Sequence[Any] | None) -> None:
        """Use the token's values as the version that the form was opened with."""
        self.opened = OpenedValues(*content) if content else None

    def _clean_form(self) -> None:
        super()._clean_form()
        if not self.is_compared:
            return
        if self.opened is None:
            self.lacks_version = True
            self.add_error(None, WITHOUT_VERSION)
            return
        for label in self._lost():
            self.add_error(
                None,
                f"“{label}” can no longer be changed here, so nothing was saved. Reload "
                "the page to see why, or save again without that change.",
            )

    def _lost(self) -> list[str]:
        """Return the labels of fields that the user changed and that the form no longer has."""
        found = []
        opened = self.opened.values if self.opened else {}
        for name in opened.keys() - self.fields.keys():
            field = self.field_of(name) if self.field_of else None
            if field is None:
                continue
            key = self.add_prefix(name)
            if field.widget.value_omitted_from_data(self.data, self.files, key):
                continue
            data = field.widget.value_from_datadict(self.data, self.files, key)
            if self.compare_with(field, name, data).is_touched:
                found.append(str(field.label or name))
        return found

    @property
    def written_fields(self) -> list[str]:
        """Return the columns that saving writes, including those that hold the time of the change."""
        now = self.instance.__dict__
        changed = [
            field.name
            for field in self._columns()
            if field.name in self.changed_data
            or (field.attname in self._stored and now[field.attname] != self._stored[field.attname])
        ]
        if not changed:
            return []
        timed = [field.name for field in self._columns() if getattr(field, "auto_now", False)]
        return list(dict.fromkeys([*changed, *timed]))

    def _columns(self) -> list[Field]:
        return [
            field
            for field in self.instance._meta.concrete_fields
            if not field.primary_key and field.attname in self.instance.__dict__
        ]

    def write(self) -> None:
        """Store the columns that changed; the relations follow in `save_m2m`."""
        if names := self.written_fields:
            self.instance.save(update_fields=names)

    def save(self, commit: bool = True) -> Any:
        if not commit or not self.is_compared or self.errors:
            return super().save(commit)
        self.write()
        self._save_m2m()
        return self.instance

    def _save_m2m(self) -> None:
        if not self.is_compared:
            super()._save_m2m()
            return
        relations = {field.name for field in self.instance._meta.many_to_many}
        for name in relations.intersection(self.changed_data):
            held = {str(key): key for key in self.current_keys(name)}
            wanted = {str(record.pk): record for record in self.cleaned_data[name]}
            manager = getattr(self.instance, name)
            manager.remove(*(key for text, key in held.items() if text not in wanted))
            manager.add(*(record for text, record in wanted.items() if text not in held))


def about(record: Model) -> str:
    return f"{concrete_model(record)._meta.label_lower}:{record.pk}"
