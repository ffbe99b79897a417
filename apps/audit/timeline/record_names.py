"""Names of records, resolved in bulk: one statement for a model's existing records, one for deleted ones."""

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from apps.audit.timeline.models import history_of
from apps.audit.timeline.registry import labels
from apps.core.actors import PermissionHolder
from apps.core.scope import is_limited

CONCEALED = "•••"
_PLACEHOLDER = re.compile(r"{(\w+)}")
# The usual name fields, for models that declare none.
_USUAL = ("name", "title", "email", "label", "codename", "key")


@cache
def label_fields(model: type[models.Model]) -> tuple[Any, ...]:
    """Return the fields that make up a record's name."""
    label = labels.get(model)
    names: list[str] = []
    if label and isinstance(label.text, str):
        names = _PLACEHOLDER.findall(label.text)
    elif label:
        names = ["first_name", "last_name", "email", *_USUAL]
    else:
        names = list(_USUAL)
    found = []
    for name in dict.fromkeys(names):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.Field):
            found.append(field)
    return tuple(found if label else found[:1])


def fill(text: str, show: Callable[[str], str]) -> str:
    """Replace each `{field}` in a text with `show(field)`."""
    return _PLACEHOLDER.sub(lambda match: show(match[1]), text)


def name_of(row: models.Model, model: type[models.Model], show: Callable[[str], str]) -> str:
    """Return the name of a record, from itself or from one of its history rows."""
    label = labels.get(model)
    if label:
        text = fill(label.text, show) if isinstance(label.text, str) else label.text(row)
        if text.strip():
            return text
    else:
        for field in label_fields(model):
            if text := str(getattr(row, field.attname) or ""):
                return text
    return f"{model._meta.verbose_name} {getattr(row, str(model._meta.pk.attname))}"


class RecordNames:
    """Collects the keys on a page, then finds all their names at once.

    A record outside of the viewer's scope has no name, except people: viewers may know who did
    something, and the people that their own records name.
    """

    def __init__(self, viewer: PermissionHolder | None = None) -> None:
        self._viewer = viewer
        self._wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        self._found: dict[tuple[type[models.Model], Any], str] = {}

    def want(self, model: type[models.Model], key: object) -> None:
        if key is not None and (model, key) not in self._found:
            self._wanted[model].add(key)

    def want_relations(self, row: models.Model, fields: tuple[Any, ...]) -> None:
        for field in fields:
            if field.is_relation:
                self.want(field.related_model, getattr(row, field.attname))

    def resolve(self) -> None:
        for model, keys in self._wanted.items():
            keys = self._in_scope(model, keys)
            living = model._base_manager.filter(pk__in=keys)
            self._take(model, {record.pk: record for record in living})
            missing = [key for key in keys if (model, key) not in self._found]
            history = history_of(model)
            if missing and history is not None:
                pk = model._meta.pk.name
                rows = (
                    history.objects.filter(**{f"{pk}__in": missing})
                    .order_by(pk, "-history_id")
                    .distinct(pk)
                )
                self._take(model, {getattr(row, model._meta.pk.attname): row for row in rows})
        self._wanted.clear()

    def _in_scope(self, model: type[models.Model], keys: set[Any]) -> set[Any]:
        if not is_limited(self._viewer) or model is get_user_model():
            return keys
        manager: Any = getattr(model, "all_objects", model._default_manager)
        seen = manager.all()
        if not hasattr(seen, "for_staff"):
            return keys
        inside = set(seen.for_staff(self._viewer).filter(pk__in=keys).values_list("pk", flat=True))
        self._found |= {(model, key): CONCEALED for key in keys - inside}
        return inside

    def get(self, model: type[models.Model], key: object) -> str:
        return self._found.get((model, key)) or f"{model._meta.verbose_name} {key}"

    def _take(self, model: type[models.Model], rows: dict[Any, Any]) -> None:
        # A name that would need more queries is made of the record's own fields.
        def show_for(row: models.Model) -> Callable[[str], str]:
            return lambda name: str(getattr(row, str(model._meta.get_field(name).attname)))  # type: ignore[union-attr]

        for key, row in rows.items():
            self._found[model, key] = name_of(row, model, show_for(row))
