"""Moves many records to the trash, and restores many: the same for every model with a trash."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.bulk.actions import BulkAction, Skip, Values
from apps.core.actors import Actor, holds
from apps.core.models import SoftDeletableModel
from apps.core.trash import moves
from apps.core.trash.proxies import trash_proxy_of
from apps.core.trash.reach import count_hidden, count_restore, count_trash
from apps.core.trash.relations import belongs_to
from apps.core.trash.services import trash_action
from apps.core.trash.unique_values import rename_taken, telling_field, trash_constraints
from apps.core.wording import belongings_sentence, counted

_CHANGES = ("deleted_at", "deleted_by", "trash_id")


class TrashRecords(BulkAction):
    """Each chunk moves its records with what belongs to them; an undo restores exactly that."""

    label, done = "Move to trash", "moved to the trash"
    changes = _CHANGES

    def __init__(self, model: type[SoftDeletableModel]) -> None:
        opts = model._meta
        self.code = f"{opts.app_label}.{opts.model_name}.move_to_trash"  # type: ignore[misc]
        self.model = opts.label  # type: ignore[misc]
        self.permission = trash_action("delete", model)  # type: ignore[misc]

    def seen(self, actor: Actor) -> QuerySet[Any]:
        rows: Any = self.records
        found: QuerySet[Any] = rows.all_objects.in_trash().for_actor(actor)
        return found

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        moves.trash(records, by=None if isinstance(actor, str) else actor)

    def undo(self, records: QuerySet[Any], *, actor: Actor, reason: str) -> None:
        moves.restore(records)

    def summary(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        yield from belongings_sentence(
            "Also moved to the trash", count_trash(records), self.records
        )
        yield from belongings_sentence(
            "Hidden until they are restored", count_hidden(records), self.records
        )


class RestoreRecords(BulkAction):
    """Restores what can be restored. A record whose name is taken stays in the trash, and is listed."""

    label, done = "Restore", "restored"
    reason = "optional"
    changes = _CHANGES
    # What was restored along must be found under the same `trash_id` again, which is a new one.
    gives_back = False

    def __init__(self, model: type[SoftDeletableModel]) -> None:
        opts = model._meta
        self.living = model
        self.code = f"{opts.app_label}.{opts.model_name}.restore"  # type: ignore[misc]
        self.model = trash_proxy_of(model)._meta.label  # type: ignore[misc]
        self.permission = trash_action("restore", model)  # type: ignore[misc]

    def seen(self, actor: Actor) -> QuerySet[Any]:
        rows: Any = self.living
        found: QuerySet[Any] = rows.objects.for_actor(actor)
        return found

    def undo(self, records: QuerySet[Any], *, actor: Actor, reason: str) -> None:
        moves.trash(records, by=None if isinstance(actor, str) else actor)

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield from self._below_the_trash()
        if self._renames(actor, values):
            return
        for constraint in trash_constraints(self.living):
            same = {name: OuterRef(name) for name in constraint.fields}
            rows: Any = self.living._base_manager
            taken = rows.filter(constraint.condition).filter(**same)
            label = telling_field(self.living, constraint).verbose_name
            noun = self.living._meta.verbose_name
            given = ~Q(**{telling_field(self.living, constraint).name: ""})
            yield Skip(
                given & Q(Exists(taken)),
                f"Another {noun} has the {label} now. Restore this one under another {label}.",
            )

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        if self._renames(actor, values):
            rename_taken(records)
        moves.restore(records)

    def _renames(self, actor: Actor, values: Values) -> bool:
        """Tell whether records whose names are taken get others, by an actor who may change them."""
        return values.get("taken") == "rename" and holds(actor, trash_action("change", self.living))

    def summary(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        yield from belongings_sentence("Also restored", count_restore(records), self.records)

    def result(self, number: int) -> str:
        return f"{counted(number, self.living)} {self.done}."

    def _below_the_trash(self) -> Iterator[Skip]:
        for field, owner in belongs_to(self.living):
            if issubclass(owner, SoftDeletableModel):
                noun = owner._meta.verbose_name
                yield Skip(
                    Q(**{f"{field}__deleted_at__isnull": False}),
                    f"The {noun} that it belongs to is in the trash. Restore that first.",
                )
