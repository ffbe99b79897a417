"""What a merge of two records does with every relation to them. Each app declares its own relations.

    MERGES.add(MergeOrganizations())
    MERGE_RELATIONS.add(
        Relation("organizations.Organization", "projects.Project.organization", MOVE, settle=_rename),
        Relation("organizations.Organization", "flags.Flag_organizations.organization", KEEP,
                 "A feature flag stays on for those it names; the kept organization has its own."),
    )

A relation that nobody declared is an error of `manage.py check`, and stops every merge: a row that
nobody thought of would stay with a record in the trash.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import ManyToOneRel, Model, QuerySet

from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.port import Registry

# The rows go to the kept record; they stay with the dropped one; none may exist.
MOVE, KEEP, REFUSE = "move", "keep", "refuse"


class Keys(Protocol):
    """The keys of the two records."""

    kept: UUID
    dropped: UUID


class Work(Protocol):
    """A merge at work. Every write goes through it, so that an undo can take it back."""

    kept: Any
    dropped: Any

    def change(self, rows: QuerySet[Any], **values: object) -> int:
        """Change these rows, and remember what they held; return how many."""

    def delete(self, rows: QuerySet[Any]) -> int:
        """Delete these rows, and remember them; return how many."""


def _nothing(kept: Model, dropped: Model) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Relation:
    """A foreign key to a model that can be merged, and what happens to its rows.

    `told` is the sentence about it: why rows stay, or what to do about them first. `settle` deals with
    rows that the kept record has too, before the rest moves; `collisions` says so in the preview, and
    `moving` leaves out rows that stay after all. `rows` finds those of a reference that is no foreign
    key, such as an address.
    """

    to: str
    source: str
    what: str
    told: str = ""
    settle: Callable[[Work, QuerySet[Any]], None] | None = None
    collisions: Callable[[Model, Model], Iterable[str]] = _nothing
    moving: Callable[[Model, QuerySet[Any]], QuerySet[Any]] | None = None
    rows: Callable[[Model], QuerySet[Any]] | None = None

    @property
    def name(self) -> str:
        return f"{self.source} to {self.to}"

    @property
    def field(self) -> str:
        return self.source.rpartition(".")[2]

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.source.rpartition(".")[0])

    def of(self, record: Model) -> QuerySet[Any]:
        """Return the rows that refer to a record, those in the trash too."""
        if self.rows is not None:
            return self.rows(record)
        return self.model._base_manager.filter(**{self.field: record.pk})

    def to_move(self, kept: Model, dropped: Model) -> QuerySet[Any]:
        """Return the rows of the dropped record that go to the kept one."""
        rows = self.of(dropped)
        return self.moving(kept, rows) if self.moving else rows


class MergeKind[Record: Model]:
    """How two records of one model are merged; an app declares one for each such model."""

    model: ClassVar[str]
    permission: ClassVar[str]
    # The fields whose value may come from the dropped record; empty ones of the kept are filled.
    fields: ClassVar[tuple[str, ...]]
    # What becomes of the dropped record.
    told: ClassVar[str]

    @property
    def records(self) -> type[Model]:
        return apps.get_model(self.model)

    def refuse(self, actor: Actor) -> None:
        """Raise DomainError for an actor who may merge no records at all."""

    def lock(self, keys: Iterable[Any]) -> None:
        """Take the locks that come before those of the two records."""

    def obstacles(self, kept: Record, dropped: Record, actor: Actor) -> Iterator[str]:
        """Yield why these two can't be merged, as sentences."""
        yield from ()

    def drop(self, work: Work, *, actor: Actor, reason: str) -> None:
        """Take the dropped record out of use, before its rows move."""
        raise NotImplementedError

    def revive_obstacles(self, merge: Keys) -> Iterator[str]:
        """Yield why an undo can't bring the dropped record back."""
        yield from ()


MERGES = Registry[MergeKind[Any]](
    "merges", "which records can be merged, and how", key=attrgetter("model")
)
MERGE_RELATIONS = Registry[Relation](
    "merge relations",
    "what a merge does with the rows that refer to a merged record",
    key=attrgetter("name"),
)


def merge_kind(model: type[Model] | str) -> MergeKind[Any]:
    label = model if isinstance(model, str) else model._meta.label
    found = MERGES.get(label)
    if found is None:
        raise DomainError(f"Records of {label} can't be merged.")
    return found


def relations_to(label: str) -> list[Relation]:
    """Return the declared relations to a model. Raises DomainError if one is not declared."""
    if unknown := undeclared(label):
        raise DomainError(
            f"Nobody has decided what a merge does with {', '.join(unknown)}, so nothing was changed. "
            "Ask a developer."
        )
    return [relation for relation in MERGE_RELATIONS if relation.to == label]


def undeclared(label: str) -> list[str]:
    """Return the relations to a model that are not declared; those of history stay where they are."""
    known = {each.source for each in MERGE_RELATIONS if each.to == label and each.rows is None}
    return sorted(set(_foreign_keys(label)) - known)


def unknown_declarations(label: str) -> list[str]:
    """Return the declared relations to a model that do not exist."""
    known = {each.source for each in MERGE_RELATIONS if each.to == label and each.rows is None}
    return sorted(known - set(_foreign_keys(label)))


def generic_relations() -> list[str]:
    """Return the relations that may lead to any record: a merge can't find their rows."""
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    )


def _foreign_keys(label: str) -> Iterator[str]:
    """Yield every foreign key to a model, those of many-to-many tables too, but none of a history table."""
    for relation in apps.get_model(label)._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and not hasattr(
            relation.related_model, "history_type"
        ):
            yield f"{relation.related_model._meta.label}.{relation.field.name}"
