"""The proxy through which the trash of a model has pages of its own."""

from typing import Any

from django.apps import apps
from django.db.models import Model

from apps.core.model_meta import concrete_model
from apps.core.models import SoftDeletableModel


def trash_proxy[M: SoftDeletableModel](model: type[M]) -> type[M]:
    """Return a proxy of `model` for its trash: the same table, with a separate admin.

    A model with a trash declares it below its class: `TrashedRoom = trash_proxy(Room)`.
    """
    opts = model._meta
    meta = type(
        "Meta",
        (),
        {
            "proxy": True,
            # The permissions of the model itself apply.
            "default_permissions": (),
            "ordering": ["-deleted_at"],
            "verbose_name": f"{opts.verbose_name} in the trash",
            "verbose_name_plural": f"{opts.verbose_name_plural} in the trash",
        },
    )
    attributes = {
        "__module__": model.__module__,
        "__doc__": f"{model.__name__}, as its trash shows it.",
        "Meta": meta,
    }
    make: Any = type(model)
    proxy: type[M] = make(f"Trashed{model.__name__}", (model,), attributes)
    return proxy


def trash_proxy_of(model: type[Model]) -> type[SoftDeletableModel]:
    """Return the proxy for the trash of `model`; raises LookupError where none is declared."""
    concrete = concrete_model(model)
    candidate: Any
    for candidate in apps.get_models():
        if (
            candidate._meta.proxy
            and candidate._meta.concrete_model is concrete
            and candidate.__name__ == f"Trashed{concrete.__name__}"
        ):
            return candidate
    raise LookupError(f"{concrete.__name__} has a trash without a proxy.")


def has_trash_proxy(model: type[Model]) -> bool:
    try:
        trash_proxy_of(model)
    except LookupError:
        return False
    return True


def models_with_trash() -> list[type[SoftDeletableModel]]:
    """Return every model whose records go to a trash; `manage.py check` asks each for its proxy."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, SoftDeletableModel) and not model._meta.proxy
    ]
