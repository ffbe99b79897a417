"""System checks of models with a trash: what hides it, what is unique, and the pages of the trash."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import models

from apps.core.discovery import full_site
from apps.core.models import SoftDeletableModel
from apps.core.querysets import AliveManager
from apps.core.trash.proxies import has_trash_proxy, models_with_trash, trash_proxy_of
from apps.core.visibility import trash_paths


@checks.register(checks.Tags.models)
def check_unique_outside_the_trash(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find unique constraints that include the trash: a name in the trash would block the same name."""
    return [
        checks.Error(
            f"{model._meta.label} is unique by {what} among records in the trash too: after a deletion, "
            "or an import that was undone, the same cannot be created again.",
            hint="Use a UniqueConstraint with condition=Q(deleted_at=None).",
            obj=model,
            id="core.E033",
        )
        for model in apps.get_models()
        if issubclass(model, SoftDeletableModel) and not model._meta.proxy
        for what in _unique_in_the_trash(model)
    ]


def _unique_in_the_trash(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield field.name
    for names in model._meta.unique_together:
        yield ", ".join(names)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "deleted_at" not in str(
            constraint.condition
        ):
            yield constraint.name


@checks.register(checks.Tags.models)
def managers_hide_the_trash(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find models that can be in the trash, alone or with a parent, and whose manager shows it."""
    return [
        checks.Error(
            f"{model._meta.label} can be in the trash ({', '.join(trash_paths(model)) or 'itself'}), "
            "but its default manager does not hide what is there.",
            hint="Declare `objects = AliveManager.from_queryset(…)()` and `all_objects`.",
            obj=model,
            id="core.E010",
        )
        for model in apps.get_models()
        if trash_paths(model)
        and not model._meta.proxy
        and not (isinstance(model._default_manager, AliveManager) and hasattr(model, "all_objects"))
    ]


@checks.register(checks.Tags.models)
def check_trash_has_pages(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find models with a trash that has no pages."""
    return [
        checks.Error(
            f"{model._meta.label} has a trash without pages: nobody could restore its records.",
            hint=f"Write Trashed{model.__name__} = trash_proxy({model.__name__}) below the model, and register a "
            "TrashAdmin (apps/core/admin/trash/pages.py) for it.",
            obj=model,
            id="core.E034",
        )
        for model in models_with_trash()
        if not has_trash_proxy(model)
    ]


@checks.register(checks.Tags.admin)
def check_trash_has_admins(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find models with a trash whose admin, or the trash's admin, is missing or of the wrong class."""
    registry: dict[Any, Any] = full_site()._registry
    wanted: list[tuple[Any, str, str, str]] = []
    for model in models_with_trash():
        wanted.append((model, "moves_to_trash", "ToTrash", "Move to trash"))
        if has_trash_proxy(model):
            wanted.append((trash_proxy_of(model), "is_trash", "TrashAdmin", "Restore"))
    return [
        checks.Error(
            f"The admin of {model._meta.label} has no button “{button}”.",
            hint=f"Register a {base} (apps/core/admin/trash/pages.py) for {model.__name__}, or derive the model from "
            "BaseModel if its records are deleted for good.",
            obj=model,
            id="core.E035",
        )
        for model, mark, base, button in wanted
        if not getattr(registry.get(model), mark, False)
    ]
