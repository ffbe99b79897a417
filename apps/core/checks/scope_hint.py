"""The declaration of a scope that a model lacks, for the hints of system checks."""

from django.db.models import Model

from apps.core.querysets import ScopedQuerySet
from apps.core.trash.relations import belongs_to


def scope_hint(model: type[Model]) -> str:
    """Return what to write for a model that does not say whose scope its records are in.

    The commonest model belongs to one that declares its scope by its own key, and takes it over.
    """
    for name, owner in belongs_to(model):
        rows = type(owner._default_manager.all())
        keys = rows.scoped_by.get("id") if issubclass(rows, ScopedQuerySet) else None
        if keys is not None:
            function: str = keys.__name__
            return (
                f'Give its queryset `scoped_by = {{"{name}": {function}}}` ({function} is in '
                f"{keys.__module__}), or call {_unscoped(model)}."
            )
    return (
        'Give its queryset `scoped_by = {"<field>": <function>}`, where the function returns the keys that a '
        f"user sees (apps/projects/querysets.py has examples), or call {_unscoped(model)}."
    )


def _unscoped(model: type[Model]) -> str:
    return f"unscoped({model.__name__}, because=…) of apps.core.scope in the app's timeline.py"
