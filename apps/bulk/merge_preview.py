"""What a merge of two records would do: every relation with its number, every field, what prevents it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Count, F, Func, Model, QuerySet, Sum
from django.utils.text import capfirst

from apps.bulk.engine.merger import obstacles_of
from apps.bulk.engine.versions import version_of
from apps.bulk.merge_rules import MOVE, MergeKind, Relation, relations_to
from apps.core.actors import Actor
from apps.core.admin.display import EMPTY
from apps.core.model_meta import model_field
from apps.core.wording import counted, plural


@dataclass(frozen=True)
class FieldLine:
    """A field in which the two records differ."""

    name: str
    label: str
    kept: str
    dropped: str
    # Whether the kept record has no value of its own.
    is_filled: bool


@dataclass(frozen=True)
class RelationLine:
    number: int
    rows: str
    moves: int
    stays: int
    told: tuple[str, ...]


@dataclass
class Preview:
    fields: list[FieldLine] = field(default_factory=list)
    moves: list[RelationLine] = field(default_factory=list)
    stays: list[RelationLine] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    # How many rows the merge writes, and a digest of all that is shown.
    number: int = 0
    digest: str = ""


def preview_of(kind: MergeKind[Any], kept: Model, dropped: Model, actor: Actor) -> Preview:
    found = Preview(
        fields=list(_fields(kind, kept, dropped)),
        obstacles=list(dict.fromkeys(obstacles_of(kind, kept, dropped, actor))),
    )
    facts: list[Any] = [_version(kept), _version(dropped)]
    for relation in relations_to(kind.model):
        rows = relation.of(dropped)
        number, digest = _digest(rows)
        if not number:
            continue
        facts.append([relation.source, number, digest])
        moving = relation.to_move(kept, dropped).count() if relation.what == MOVE else 0
        told = [*relation.collisions(kept, dropped)] if relation.what == MOVE else []
        if relation.told:
            told.append(relation.told)
        facts.append(told)
        line = RelationLine(number, _words(relation, number), moving, number - moving, tuple(told))
        (found.moves if relation.what == MOVE else found.stays).append(line)
        found.number += moving
    found.digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return found


def _fields(kind: MergeKind[Any], kept: Model, dropped: Model) -> Iterator[FieldLine]:
    for name in kind.fields:
        ours, theirs = getattr(kept, name), getattr(dropped, name)
        if ours == theirs or theirs in ("", None):
            continue
        label = capfirst(str(model_field(kept, name).verbose_name))
        yield FieldLine(name, label, _shown(kept, name), _shown(dropped, name), ours in ("", None))


def _shown(record: Model, name: str) -> str:
    told = getattr(record, f"get_{name}_display", None)
    value = told() if told else getattr(record, name)
    return EMPTY if value in ("", None) else str(value)


def _words(relation: Relation, number: int) -> str:
    opts = relation.model._meta
    verbose = getattr(opts.get_field(relation.field), "verbose_name", relation.field)
    if opts.auto_created:
        return plural(number, str(opts.verbose_name))
    told = counted(number, relation.model)
    # “20 members” says enough; of tasks or changes it matters which of the people is meant.
    return told if verbose == _noun(relation.to) else f"{told} ({verbose})"


def _noun(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name)


def _version(record: Model) -> int:
    rows = type(record)._base_manager.filter(pk=record.pk)
    found: int = rows.annotate(bulk_version=version_of(type(record))).values_list(
        "bulk_version", flat=True
    )[0]
    return found


def _digest(rows: QuerySet[Any]) -> tuple[int, str]:
    """Return how many rows there are, and a digest of their keys, which does not depend on their order."""
    key: Any = Func(
        F("pk"),
        template="hashtext((%(expressions)s)::text)::bigint",
        output_field=BigIntegerField(),
    )
    found = rows.order_by().aggregate(number=Count("pk"), digest=Sum(key))
    return found["number"], str(found["digest"])
