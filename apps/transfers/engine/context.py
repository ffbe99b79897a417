"""The context of one run that the steps of planning and applying share."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.accounts.actors import user_or_none
from apps.core.actors import Actor, holds
from apps.core.gates import is_open
from apps.core.locked_records import locked_keys
from apps.core.scope import is_limited
from apps.transfers import registry
from apps.transfers.access import to
from apps.transfers.declarations import Column, DatasetResource, Part
from apps.transfers.engine.mapping import mapped_columns, own_word_columns
from apps.transfers.engine.schema import Name, StageRow, Tables
from apps.transfers.engine.sql import alive, expression, has_trash, subquery
from apps.transfers.gates import CREATE_MISSING
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching

_TEXT_TYPES = (models.CharField, models.TextField)


@dataclass(frozen=True)
class PartField:
    """One field of a part: the model's column, and where its value comes from."""

    attname: str
    column: Name  # In the live table.
    source: str  # Dataset column, or "" where it comes from an earlier part.
    part: str  # Earlier part, or "".
    cast: str  # "" for texts, else the database's type.
    nullable: bool
    default: Any  # What a new record gets where nothing is given.

    @property
    def is_given(self) -> bool:
        return bool(self.source)

    def of(self, alias: str) -> Composable:
        """SQL of the live value."""
        return SQL("{}.{}").format(Identifier(alias), self.column)

    def cast_to(self, value: Composable) -> Composable:
        """SQL of a text as a value of the field's type."""
        # The type is the model's, as the database names it.
        return SQL("({})::{}").format(value, SQL(self.cast)) if self.cast else value

    def value(self, text: Composable) -> Composable:
        """SQL of the live value for a staged text; "" clears it."""
        if not self.cast and not self.nullable:
            return text
        return self.cast_to(SQL("NULLIF({}, '')").format(text))


@dataclass
class PartInfo:
    """A part of the run's dataset, with its model and the fields that this file gives."""

    part: Part
    model: Any
    table: Identifier
    fields: dict[str, PartField]
    is_last: bool
    soft_delete: bool

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def given(self) -> list[PartField]:
        """The fields that a column of the file gives."""
        return [field for field in self.fields.values() if field.is_given]

    def alive(self, alias: str) -> Composable:
        return alive(self.model, alias)

    def usable_keys(self) -> list[tuple[str, ...]]:
        """The key alternatives whose fields the file gives."""
        return [key for key in self.part.keys if all(name in self.fields for name in key)]

    @property
    def only_key(self) -> tuple[str, ...] | None:
        """The one usable key, if there is only one and it is unique among live records."""
        keys = self.usable_keys()
        return keys[0] if len(keys) == 1 and self._is_unique(keys[0]) else None

    def _is_unique(self, key: tuple[str, ...]) -> bool:
        meta = self.model._meta
        # A partial constraint ("if not blank") does not cover all of them.
        whole = (None, Q(deleted_at=None)) if self.soft_delete else (None,)
        uniques = [(f.attname,) for f in meta.concrete_fields if f.unique]
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.condition in whole:
                uniques.append(tuple(meta.get_field(name).attname for name in constraint.fields))
        return any(unique and set(unique) <= set(key) for unique in uniques)


class RunContext:
    """Names and SQL fragments of one run's dataset, matching and tables."""

    def __init__(
        self, *, run: ImportRun, resource: type[DatasetResource], matching: Matching, actor: Actor
    ) -> None:
        self.run = run
        self.resource = resource
        self.matching = matching
        self.actor = actor
        self.tables = Tables(run.pk)
        self.given = list(mapped_columns(resource, matching))
        self.columns: dict[str, Column] = resource.columns()
        self._own = set(own_word_columns(resource, matching))
        self.relations = [name for name in self.given if self.columns[name].relation]
        parts = resource.parts()
        self.parts = [
            self._part(part, is_last=index == len(parts) - 1) for index, part in enumerate(parts)
        ]
        self.by_name = {info.name: info for info in self.parts}

    def _part(self, part: Part, *, is_last: bool) -> PartInfo:
        model = apps.get_model(part.model)
        meta = model._meta
        by_attname = {f.attname: f for f in meta.concrete_fields}
        fields = {}
        for attname, source in part.fields.items():
            earlier = source.removeprefix("part:") if source.startswith("part:") else ""
            if not earlier and source not in self.given:
                continue
            model_field = by_attname[attname]
            is_text = isinstance(model_field, _TEXT_TYPES)
            fields[attname] = PartField(
                attname=attname,
                column=Name("", model_field.column),
                source="" if earlier else source,
                part=earlier,
                cast="" if is_text else str(model_field.db_type(connection)),
                nullable=model_field.null,
                default=model_field.get_default() if model_field.has_default() else "",
            )
        return PartInfo(
            part=part,
            model=model,
            table=Identifier(meta.db_table),
            fields=fields,
            is_last=is_last,
            soft_delete=has_trash(model),
        )

    def word(self, name: str, row: StageRow) -> Composable:
        """SQL of the file's own text in a column: its word, if that is not the value."""
        if name not in self._own:
            return row.cell(name)
        return SQL("COALESCE({}, {})").format(row.word(name), row.cell(name))

    def own_words(self, row: StageRow) -> list[Composable]:
        """The columns of the file's own words."""
        return [row.word(name) for name in self.worded]

    @property
    def worded(self) -> list[str]:
        """The given columns whose cells may mean something other than their text."""
        return [name for name in self.given if name in self._own]

    @property
    def last(self) -> PartInfo:
        return self.parts[-1]

    def has_planned(self, info: PartInfo, op: str) -> bool:
        """Tell whether the plan creates ("create") or changes ("update") any record of the part."""
        return bool(self.run.plan_facts.get("parts", {}).get(info.name, {}).get(op, 1))


def context_of(run: ImportRun) -> RunContext:
    return RunContext(
        run=run,
        resource=registry.get(run.dataset),
        matching=Matching.from_json(run.matching),
        actor=run.user,
    )


def may_be_new(model: type[models.Model], actor: Actor) -> bool:
    """Tell whether a record that `actor` creates would be in their scope."""
    new_is_in_scope = getattr(model._default_manager.all(), "new_is_in_scope", True)
    return bool(new_is_in_scope) or not is_limited(actor)


def may_create(model: type[models.Model], actor: Actor) -> bool:
    """Tell whether `actor` may create records of a model that a relation column names, now."""
    allowed = holds(actor, to("add", model)) and may_be_new(model, actor)
    return allowed and is_open(CREATE_MISSING, user_or_none(actor))


def scope_sql(model: type[models.Model], actor: Actor) -> Composable | None:
    """Return SQL of the keys in the scope of `actor`, None if that is all of them."""
    queryset = getattr(model, "all_objects", model._default_manager).all()
    if actor is not None and hasattr(queryset, "for_staff"):
        queryset = queryset.for_staff(actor)
    return subquery(queryset.order_by().values("pk")) if queryset.query.where else None


def refused_sql(model: type[models.Model], actor: Actor, keys: Composable) -> Composable | None:
    """Return SQL of those `keys` (a subquery) whose records `actor` may not change; None for none.

    Imports refuse what the form refuses: see `apps/core/locked_records.py`.
    """
    refused = locked_keys(model._default_manager.filter(pk__in=expression(keys)), actor)
    return SQL("SELECT unnest({}::uuid[])").format(Literal(refused)) if refused else None
