"""A select with search that knows the record which its row already refers to."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.forms import Form


class KnownChoiceSelect(AutocompleteSelect):
    """Django's, without a statement for each row of an inline that loaded the related records."""

    known: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        if self.known is None or [str(each) for each in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        label = self.choices.field.label_from_instance(self.known)
        options.append(self.create_option(name, self.known.pk, label, True, len(options)))
        return [(None, options, 0)]


def tell_known(form: Form, record: Model) -> None:
    """Tell a row's selects the related records that were loaded with its record."""
    for name, field in form.fields.items():
        # The buttons beside a select are a widget around it.
        widget = getattr(field.widget, "widget", field.widget)
        if isinstance(widget, KnownChoiceSelect):
            widget.known = record._state.fields_cache.get(name)
