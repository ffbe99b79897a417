"""Deletes many records of the trash for good: the same for every model with a trash."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from apps.bulk.actions import BulkAction, Skip, Values
from apps.core.actors import Actor
from apps.core.models import SoftDeletableModel
from apps.core.trash import moves
from apps.core.trash.proxies import trash_proxy_of
from apps.core.trash.reach import count_purge
from apps.core.trash.services import trash_action
from apps.core.wording import belongings_sentence, counted
from apps.holds.selectors import HELD, is_held


class PurgeRecords(BulkAction):
    """Each chunk deletes its records with what belongs to them. What a legal hold keeps is listed."""

    label, done = "Delete for good", "deleted for good"
    is_undoable = False
    why_not_undoable = "This can't be undone. Only the history is kept, without personal data."
    deletes = True

    def __init__(self, model: type[SoftDeletableModel]) -> None:
        opts = model._meta
        self.living = model
        self.code = f"{opts.app_label}.{opts.model_name}.purge"  # type: ignore[misc]
        self.model = trash_proxy_of(model)._meta.label  # type: ignore[misc]
        self.permission = trash_action("purge", model)  # type: ignore[misc]

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield Skip(is_held(self.living), HELD)

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        moves.purge(records)

    def summary(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        yield from belongings_sentence("Also deleted", count_purge(records), self.records)

    def result(self, number: int) -> str:
        return f"{counted(number, self.living)} {self.done}."
