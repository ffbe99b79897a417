"""System checks of models with a trash: what hides it, and what is unique."""

from collections.abc import Iterator, Sequence

from django.apps import AppConfig, apps
from django.core import checks
from django.db import models

from apps.core.models import SoftDeletableModel
from apps.core.querysets import AliveManager
from apps.core.trash_visibility import trash_paths


@checks.register(checks.Tags.models)
def check_unique_outside_the_trash(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Find what is unique among the dead too: a name in the trash would block the same name for ever."""
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
    """Find models that can be in the trash, with their parent or alone, and whose manager shows it."""
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
