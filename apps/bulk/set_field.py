"""The most common bulk action: one field of every record gets the same value."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from apps.bulk.actions import BulkAction, Skip, Values
from apps.core.actors import Actor


class SetField(BulkAction):
    """`field` is the field of the model and of the action's form."""

    field: str
    done = "changed"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.changes = (cls.field,)

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        if self.field in values:
            value = values[self.field]
            same = Q(**{f"{self.field}__isnull": True} if value is None else {self.field: value})
            yield Skip(same, "Has this value already.")

    def after(self, values: Values) -> dict[str, Any]:
        return {self.field: values[self.field]}
