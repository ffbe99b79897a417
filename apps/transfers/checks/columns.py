"""Checks of a dataset's columns: what they write, what they name, and what they can contain."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from apps.transfers.checks.messages import did_you_mean, quoted, quoted_names
from apps.transfers.declarations import VERSION, Column, DatasetResource, FieldKind, Relation
from apps.transfers.word_keys import fold_word


def wrong_in_columns(resource: type[DatasetResource]) -> Iterator[str]:
    columns = resource.columns()
    names: dict[str, str] = {}
    for name, column in columns.items():
        if name == VERSION:
            continue
        for word in {fold_word(name), fold_word(column.label)}:
            if word in names:
                yield f"columns {quoted(names[word])} and {quoted(name)} have one name: {quoted(word)}."
            names[word] = name
        for sentence in _wrong_in_column(resource, column):
            yield f"column {quoted(name)}: {sentence}"
    yield from _wrong_rules(resource)
    lost = columns.keys() - _used(resource) - {VERSION}
    for name in (each for each in columns if each in lost):
        yield f"column {quoted(name)} is written nowhere: no part, derived value, look-up or rule takes it."


def _used(resource: type[DatasetResource]) -> set[str]:
    used = {rule.column for rule in resource.rules()}
    for part in resource.parts():
        used |= set(part.fields.values()) | {each.source for each in part.derived.values()}
    for column in resource.columns().values():
        used |= set(column.relation.within.values()) if column.relation else set()
    return used


def _wrong_rules(resource: type[DatasetResource]) -> Iterator[str]:
    for rule in resource.rules():
        if rule.column not in resource.columns():
            yield (
                f"its rule {quoted(rule.code)} is shown at {quoted(rule.column)}, which is not a column."
                f"{did_you_mean(rule.column, resource.columns())}"
            )


def _wrong_in_column(resource: type[DatasetResource], column: Column) -> Iterator[str]:
    if any(len(word) == 1 for word in column.synonyms) and "".join(column.synonyms).isalpha():
        yield "its “synonyms” are letters: one alone is written with a comma behind it."
    yield from _wrong_choices(column)
    yield from _wrong_check(column)
    if (column.kind is FieldKind.RELATION) != (column.relation is not None):
        yield "“kind=FieldKind.RELATION” and “relation=Relation(…)” belong together."
    elif column.relation is None:
        yield from _wrong_path(resource.model(), column.attribute)
    else:
        yield from _wrong_relation(resource, column, column.relation)


def _wrong_choices(column: Column) -> Iterator[str]:
    if column.kind is not FieldKind.CHOICE:
        if column.choices or column.words:
            yield "“choices” and “words” belong to “kind=FieldKind.CHOICE”."
        return
    values = [str(value) for value, _ in column.choices]
    if not values:
        yield "“kind=FieldKind.CHOICE” needs “choices”."
        return
    for value, words in column.words.items():
        if str(value) not in values:
            yield f"“words” are given to {quoted(value)}, which is not a choice.{did_you_mean(str(value), values)}"
        if isinstance(words, str):
            yield f"the “words” of {quoted(value)} are a tuple: one alone is written with a comma behind it."
    if column.initial != "" and str(column.initial) not in values:
        yield f"its default {quoted(column.initial)} is not a choice.{did_you_mean(str(column.initial), values)}"


def _wrong_check(column: Column) -> Iterator[str]:
    """Try a check on an empty batch, which it must accept."""
    if column.check is None:
        return
    try:
        answer = column.check([])
    except Exception as error:
        yield f"its “check” fails on no values at all: {type(error).__name__}: {error}"
        return
    if not isinstance(answer, Mapping):
        yield "its “check” must return a mapping of positions to reasons, {} where all is well."


def _wrong_path(model: type[models.Model], path: str) -> Iterator[str]:
    """`path` must lead over relations to a value, because an export follows it."""
    *relations, last = path.split("__")
    for name in relations:
        field = _field(model, name)
        if field is None or not field.is_relation or field.related_model is None:
            yield f"its attribute {quoted(path)}: {model._meta.label} has no relation {quoted(name)}."
            return
        model = field.related_model
    if _field(model, last) is None:
        names = [field.name for field in model._meta.concrete_fields]
        yield f"its attribute {quoted(path)}: {model._meta.label} has no {quoted(last)}.{did_you_mean(last, names)}"


def _field(model: type[models.Model], name: str) -> Any:
    if name == "pk":
        return model._meta.pk
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _wrong_relation(
    resource: type[DatasetResource], column: Column, relation: Relation
) -> Iterator[str]:
    try:
        model: Any = apps.get_model(relation.model)
    except (LookupError, ValueError):
        yield f"its relation names {quoted(relation.model)}, a model that there is not."
        return
    names = [field.name for field in model._meta.concrete_fields]
    if isinstance(relation.by, str) or not relation.by:
        yield "“by” is a tuple of fields: one alone is written with a comma behind it."
        return
    for name in (*relation.by, *relation.within, *filter(None, [relation.create])):
        if name not in names:
            yield f"{model._meta.label} has no field {quoted(name)}.{did_you_mean(name, names)}"
            return
    if not isinstance(model._meta.pk, models.UUIDField) or model._meta.pk.name != "id":
        yield f"{model._meta.label} needs the UUID key of apps.core.models.BaseModel to be named by a cell."
    for other in relation.within.values():
        inner = resource.columns().get(other)
        if inner is None or inner.relation is None:
            yield f"it is looked up within {quoted(other)}, which is not a relation column of this dataset."
    yield from _wrong_relation_path(resource.model(), column.attribute, model)
    yield from _wrong_create(model, relation)


def _wrong_relation_path(
    model: type[models.Model], path: str, target: type[models.Model]
) -> Iterator[str]:
    """An export writes what a cell may contain, so the path must end at a field of the related record."""
    wrong = list(_wrong_path(model, path))
    if wrong:
        yield from wrong
        return
    for name in path.split("__")[:-1]:
        model = _field(model, name).related_model
    if model is not target:
        yield (
            f"its attribute {quoted(path)} must lead to a field of {target._meta.label}, "
            "as in “organization__external_id”."
        )


def _wrong_create(model: type[models.Model], relation: Relation) -> Iterator[str]:
    if not relation.create:
        return
    missing = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in (relation.create, relation.slug)
        and not (field.primary_key or field.generated or field.null)
        and not (field.has_default() or field.has_db_default())
        and (field.unique or not field.empty_strings_allowed)
    ]
    if missing:
        yield (
            f"a new {model._meta.verbose_name} cannot be made of {quoted(relation.create)} alone, it "
            f"needs {quoted_names(missing)}: leave “create” out."
        )
