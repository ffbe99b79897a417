"""What the steps of planning and applying share about one run."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.core.actors import Actor
from apps.core.scope import is_limited
from apps.transfers import registry
from apps.transfers.declarations import Column, DatasetResource, Part
from apps.transfers.engine.mapping import mapped_columns, own_word_columns
from apps.transfers.engine.tables import Tables, alive, has_trash
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching

_TEXT_TYPES = (models.CharField, models.TextField)


@dataclass(frozen=True)
class PartField:
    """One field of a part: the model's column, and where its value comes from."""

    attname: str
    column: str  # Name in the live table.
    source: str  # Dataset column, or "" where it comes from an earlier part.
    part: str  # Earlier part, or "".
    cast: str  # "" for texts, else "::uuid" and the like.
    nullable: bool
    default: Any  # What a new record gets where nothing is given.

    @property
    def is_given(self) -> bool:
        return bool(self.source)

    def value(self, text: str) -> str:
        """SQL of the live value for a staged text: "" clears."""
        if not self.cast and not self.nullable:
            return text
        return f"NULLIF({text}, ''){self.cast}"


@dataclass
class PartInfo:
    part: Part
    model: Any
    table: str
    fields: dict[str, PartField]
    is_last: bool
    soft_delete: bool
    columns: dict[str, PartField] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.part.name

    def alive(self, alias: str) -> str:
        return alive(self.model, alias)

    def usable_keys(self) -> list[tuple[str, ...]]:
        """The key alternatives whose fields the file gives."""
        return [key for key in self.part.keys if all(name in self.fields for name in key)]

    @property
    def only_key(self) -> tuple[str, ...] | None:
        """The one usable key, where there is but one and no two living records share it."""
        keys = self.usable_keys()
        return keys[0] if len(keys) == 1 and self._is_unique(keys[0]) else None

    def _is_unique(self, key: tuple[str, ...]) -> bool:
        meta = self.model._meta
        # A constraint on some of the living ("where it is not blank") does not hold for all of them.
        whole = (None, Q(deleted_at=None)) if self.soft_delete else (None,)
        uniques = [(f.attname,) for f in meta.concrete_fields if f.unique]
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.condition in whole:
                uniques.append(tuple(meta.get_field(name).attname for name in constraint.fields))
        return any(unique and set(unique) <= set(key) for unique in uniques)


class Context:
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
                column=connection.ops.quote_name(model_field.column),
                source="" if earlier else source,
                part=earlier,
                cast="" if is_text else f"::{model_field.db_type(connection)}",
                nullable=model_field.null,
                default=model_field.get_default() if model_field.has_default() else "",
            )
        return PartInfo(
            part=part,
            model=model,
            table=connection.ops.quote_name(meta.db_table),
            fields=fields,
            is_last=is_last,
            soft_delete=has_trash(model),
        )

    def word(self, name: str, alias: str) -> str:
        """SQL of what the file itself says in a column: its own word, where it is not the value."""
        value = f"{alias}.c_{name}"
        return f"COALESCE({alias}.o_{name}, {value})" if name in self._own else value

    def own_words(self, alias: str) -> list[str]:
        """Columns of the file's own words, of a table or, without alias, by themselves."""
        prefix = f"{alias}." if alias else ""
        return [f"{prefix}o_{name}" for name in self.given if name in self._own]

    @property
    def worded(self) -> list[str]:
        """The given columns whose cells may mean something else than they say."""
        return [name for name in self.given if name in self._own]

    @property
    def last(self) -> PartInfo:
        return self.parts[-1]

    def has_planned(self, info: PartInfo, op: str) -> bool:
        """Whether the plan creates ("create") or changes ("update") any record of the part."""
        return bool(self.run.plan_facts.get("parts", {}).get(info.name, {}).get(op, 1))

    def execute(self, sql: str, params: Any = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount

    def rows(self, sql: str, params: Any = None) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())


def context_of(run: ImportRun) -> Context:
    return Context(
        run=run,
        resource=registry.get(run.dataset),
        matching=Matching.from_json(run.matching),
        actor=run.user,
    )


def may_be_new(model: Any, actor: Actor) -> bool:
    """Tell whether a record that `actor` creates would lie in their scope."""
    new_is_in_scope = getattr(model._default_manager.all(), "new_is_in_scope", True)
    return bool(new_is_in_scope) or not is_limited(actor)


def scope_literal(model: Any, actor: Actor) -> str:
    """Return `scope_sql` with its parameters in it, "" where that is everything."""
    scope = scope_sql(model, actor, alive_only=False)
    if scope is None:
        return ""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(*scope))


def refused_literal(model: Any, actor: Actor, ids: str, params: Any = ()) -> str:
    """Return SQL of the keys among `ids` (a subquery) whose records `actor` may not change; "" for none.

    A model says so by `refused_to(actor)` of its queryset: what its form refuses, an import refuses.
    """
    rows = model._default_manager.all()
    if actor is None or not hasattr(rows, "refused_to"):
        return ""
    among = rows.filter(pk__in=RawSQL(ids, list(params)))  # noqa: S611  SQL of the engine itself.
    keys = list(among.refused_to(actor).order_by().values_list("pk", flat=True))
    if not keys:
        return ""
    with connection.cursor() as cursor:
        return str(cursor.mogrify("SELECT unnest(%s::uuid[])", [keys]))


def scope_sql(model: Any, actor: Actor, *, alive_only: bool) -> tuple[str, list[Any]] | None:
    """Return SQL of the ids that `actor` may see, or None where that is all of them."""
    manager = getattr(model, "all_objects", model._default_manager)
    queryset = manager.all()
    if actor is not None and hasattr(queryset, "for_staff"):
        queryset = queryset.for_staff(actor)
    if not queryset.query.where:
        return None
    sql, params = queryset.order_by().values("pk").query.sql_with_params()
    return sql, list(params)
