"""Which models a legal hold guards, and through which relations: read from their triggers."""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db.models import Model

from apps.core.trash.relations import belongings
from apps.holds.triggers import HeldTrigger, KeepsHeldInPlace


@cache
def guarded_models() -> tuple[type[Model], ...]:
    """Return the models whose records can be held."""
    return tuple(model for model in apps.get_models() if not model._meta.proxy and _triggers(model))


def is_guarded(model: type[Model]) -> bool:
    return model._meta.concrete_model in guarded_models()


def holding_paths(model: type[Model]) -> tuple[str, ...]:
    """Return the look-ups of what a record belongs to, and whose hold covers it."""
    return next((trigger.paths for trigger in _triggers(model)), ())


def guarded_belongings(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Yield each guarded model whose records go with those of `model`, and the look-up to these."""
    for child, name in belongings(model):
        if child in guarded_models():
            yield child, name
            for below, path in guarded_belongings(child):
                yield below, f"{path}__{name}"


def _triggers(model: type[Model]) -> list[HeldTrigger]:
    declared = getattr(model._meta, "triggers", ())
    return [
        trigger
        for trigger in declared
        if isinstance(trigger, HeldTrigger) and not isinstance(trigger, KeepsHeldInPlace)
    ]
