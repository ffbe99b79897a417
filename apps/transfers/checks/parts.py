"""Checks of a dataset's parts: their models, fields, keys, and values."""

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models

from apps.audit.history import audited
from apps.transfers.checks.messages import did_you_mean, quoted, quoted_names
from apps.transfers.declarations import Column, DatasetResource, FieldKind, Part

# The model fields that a column of each kind can be written to; text fields for all others.
_TEXTS = (models.CharField, models.TextField)
_FIELDS: dict[FieldKind, tuple[type[models.Field], ...]] = {
    FieldKind.DATE: (models.DateField,),
    FieldKind.INTEGER: (models.IntegerField,),
    FieldKind.DECIMAL: (models.DecimalField,),
    FieldKind.BOOLEAN: (models.BooleanField,),
}


def wrong_in_parts(resource: type[DatasetResource]) -> Iterator[str]:
    """Yield what is wrong with `Meta`, then with each part; later steps depend on the earlier ones."""
    wrong = list(_wrong_in_meta(resource))
    yield from wrong
    if wrong:
        return
    earlier: dict[str, Any] = {}
    for part in resource.parts():
        model = _model(part.model)
        if not part.name.isidentifier() or part.name in earlier:
            yield f"the name {quoted(part.name)} of a part must be one word, and its own."
        if model is None:
            yield f"part {quoted(part.name)} writes {quoted(part.model)}, a model that there is not."
            return
        for sentence in _wrong_in_part(resource, part, model, earlier):
            yield f"part {quoted(part.name)}: {sentence}"
        earlier[part.name] = model
    if model is not resource.model():
        yield (
            f"Meta.model is {resource.model()._meta.label}, but its last part writes {part.model}: "
            "the last part is the record that a row is."
        )


def _wrong_in_meta(resource: type[DatasetResource]) -> Iterator[str]:
    meta, name = resource._meta, resource.dataset()
    for attribute in ("dataset", "label", "description", "model"):
        if not getattr(meta, attribute, None):
            yield f"its Meta says no {quoted(attribute)}."
    if name and not name.isidentifier():
        yield f"its name {quoted(name)} must be one word, as in “rooms” or “meeting_rooms”."
    for attribute in ("parts", "rules", "impacts", "keeps"):
        if not isinstance(getattr(meta, attribute), tuple | list):
            yield f"Meta.{attribute} is a tuple: one alone is written with a comma behind it."
            return
    if not meta.parts:
        yield "its Meta says no “parts”: the records that a row writes."


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _wrong_in_part(
    resource: type[DatasetResource], part: Part, model: type[models.Model], earlier: dict[str, Any]
) -> Iterator[str]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    unfit = list(_unfit(model, part, fields))
    yield from unfit
    named = [*part.fields, *part.derived, *part.constants, *part.undo, *part.unique]
    unknown = [name for name in dict.fromkeys(named) if name not in fields]
    for name in unknown:
        yield f"{model._meta.label} has no column {quoted(name)}.{did_you_mean(name, fields)}"
    wrong = list(_wrong_keys(part))
    yield from wrong
    if unfit or unknown or wrong:
        return
    for name, source in part.fields.items():
        yield from _wrong_source(resource, fields[name], source, earlier)
    for name, derived in part.derived.items():
        if derived.kind != "slug" or derived.source not in resource.columns():
            yield f"{quoted(name)} can be derived as a “slug” of a column, and as nothing else."
    yield from _missing(resource, part, model)


def _unfit(model: type[models.Model], part: Part, fields: dict[str, models.Field]) -> Iterator[str]:
    """Yield what the engine needs and the model lacks: a generated key, a history, and a way to
    undo a record.
    """
    label = model._meta.label
    if not isinstance(fields.get("id"), models.UUIDField):
        yield f"{label} needs the UUID key of apps.core.models.BaseModel."
    if not any(each.model is model for each in audited):
        yield f"{label} keeps no history: give the model “history = History()”."
    if "deleted_at" in fields and not {"deleted_by_id", "trash_id"} <= fields.keys():
        yield f"{label} has a “deleted_at”, but is not an apps.core.models.SoftDeletableModel."
    if not part.undo and _is_never_deleted(model):
        yield (
            f"no {model._meta.verbose_name} may be deleted, so an undo must know what to set instead: "
            "say it with “undo”."
        )


def _is_never_deleted(model: type[models.Model]) -> bool:
    return any(
        trigger.when == pgtrigger.Before and trigger.operation == pgtrigger.Delete
        for trigger in getattr(model._meta, "triggers", ())
    )


def _wrong_keys(part: Part) -> Iterator[str]:
    if not part.keys:
        yield "it has no “keys”: the fields by which a row finds its record."
    for key in part.keys:
        if isinstance(key, str):
            yield (
                "“keys” are tuples of fields, the first that a row gives in full finds the record: "
                f"write keys=(({quoted(key)},),) with both commas."
            )
            return
        for name in key:
            if name not in part.fields:
                yield f"its key {quoted(name)} is none of its “fields”.{did_you_mean(name, part.fields)}"


def _wrong_source(
    resource: type[DatasetResource], field: models.Field, source: str, earlier: dict[str, Any]
) -> Iterator[str]:
    name, columns = quoted(field.attname), resource.columns()
    if source.startswith("part:"):
        before = earlier.get(source.removeprefix("part:"))
        if before is None:
            yield f"{name} takes its value from {quoted(source)}, which is not an earlier part."
        elif field.related_model is not before:
            yield f"{name} is not a relation to {before._meta.label}, which {quoted(source)} is."
        return
    column = columns.get(source)
    if column is None:
        yield f"{name} takes its value from {quoted(source)}, which is not a column.{did_you_mean(source, columns)}"
    elif column.relation is not None:
        related = _model(column.relation.model)
        if related is not None and related is not field.related_model:
            yield f"{name} is not a relation to {column.relation.model}, which column {quoted(source)} names."
    elif column.kind is FieldKind.RELATION:
        return  # Reported for the column.
    elif field.is_relation:
        yield f"{name} is a relation: column {quoted(source)} must say which, with “relation=Relation(…)”."
    elif not _holds(field, column):
        kinds = [
            k
            for k in FieldKind
            if k is not FieldKind.VERSION and _holds(field, Column(label="", attribute="", kind=k))
        ]
        fit = (
            f" {quoted_names(kinds)} can." if kinds else " No kind of column can, so leave it out."
        )
        yield f"column {quoted(source)} is of kind {quoted(column.kind)}, which cannot be written to {name}.{fit}"


def _holds(field: models.Field, column: Column) -> bool:
    if isinstance(field, models.DateTimeField):
        return False
    if column.kind is FieldKind.CHOICE:
        return isinstance(field, (*_TEXTS, models.IntegerField))
    return (
        isinstance(field, _FIELDS.get(column.kind, _TEXTS))
        and column.kind is not FieldKind.RELATION
    )


def _missing(
    resource: type[DatasetResource], part: Part, model: type[models.Model]
) -> Iterator[str]:
    """Yield the required fields of a new record that have no source."""
    columns = resource.columns()
    given = part.fields.keys() | part.derived.keys() | part.constants.keys()
    for field in model._meta.concrete_fields:
        has_value = field.null or field.has_default() or field.has_db_default()
        if field.primary_key or field.generated or has_value:
            continue
        source = columns.get(part.fields.get(field.attname, ""))
        if field.attname not in given and (field.unique or not field.empty_strings_allowed):
            yield (
                f"nothing gives a new {model._meta.verbose_name} its {quoted(field.attname)}: it takes a "
                "column, a value in “constants”, or a default on the model."
            )
        elif source is not None and not isinstance(field, _TEXTS) and _may_be_empty(source):
            yield (
                f"{quoted(field.attname)} cannot be empty: column {quoted(source.name)} must be "
                "“required”, or have a “default”."
            )


def _may_be_empty(column: Column) -> bool:
    return not column.required and column.initial == ""
