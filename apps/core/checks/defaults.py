"""System check of what SQL needs that does not go through Django's models: defaults in the database."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import models
from django.db.models.fields import Field

from apps.core.models import BaseModel


@checks.register(checks.Tags.models)
def check_defaults(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find fields that Django fills and SQL cannot leave out.

    Imports, the demo, `psql`, and the release that still runs during a deployment insert rows without
    naming every column.
    """
    return [
        checks.Error(
            f"{model._meta.label}.{field.name} may be left out in Python and not in SQL: an INSERT that does "
            "not name it fails.",
            hint=f"Add {_defaults(field)} to the field.",
            obj=model,
            id="core.E041",
        )
        for model in apps.get_models()
        if issubclass(model, BaseModel) and not model._meta.proxy and _has_history(model)
        for field in _without_default(model)
    ]


def _without_default(model: type[models.Model]) -> Iterator[Field]:
    for field in model._meta.local_concrete_fields:
        is_optional = field.has_default() or (field.blank and field.empty_strings_allowed)
        if (
            is_optional
            and not (field.null or field.primary_key or field.generated or field.has_db_default())
            and not _is_inherited_from_a_package(model, field)
        ):
            yield field


def _has_history(model: type[models.Model]) -> bool:
    return hasattr(model._meta, "simple_history_manager_attribute")


def _is_inherited_from_a_package(model: type[models.Model], field: Field) -> bool:
    return any(
        field.name in {each.name for each in base._meta.local_fields}
        for base in model.__mro__[1:]
        if hasattr(base, "_meta") and not base.__module__.startswith("apps.")
    )


def _defaults(field: Field) -> str:
    if not field.has_default():
        # Without the one for Python, a new record has no text in the field until it is saved.
        return 'default="" and db_default=""'
    default: Any = field.get_default()
    if isinstance(default, bool | int | str | list | dict):
        return f"db_default={default!r}".replace("'", '"')
    return "db_default with the same value as an expression, such as Now(),"
