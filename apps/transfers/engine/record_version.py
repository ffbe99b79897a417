"""The version of a record: a digest of the dataset's values. Exports contain it, imports compare it."""

from typing import Any

from django.db.models import CharField, F, Func, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Coalesce, NullIf

from apps.transfers.declarations import Column, DatasetResource, FieldKind


class Md5(Func):
    function = "md5"
    output_field = TextField()


class ConcatWs(Func):
    function = "concat_ws"
    output_field = TextField()


def value_of(column: Column) -> Expression | F:
    """Return the expression of a column: a relation by the first of its names that is filled."""
    if column.relation is None:
        return F(column.attribute)
    prefix = column.attribute.rpartition("__")[0]
    names = [
        NullIf(Cast(F(f"{prefix}__{by}"), TextField()), Value("", output_field=TextField()))
        for by in column.relation.by
        if by != "name" or len(column.relation.by) == 1
    ]
    return Coalesce(*names, output_field=TextField()) if len(names) > 1 else names[0]


def version_of(dataset: type[DatasetResource]) -> Expression:
    """Return the expression of a record's version: a digest of all that the dataset knows of it."""
    texts: list[Any] = []
    for column in dataset.columns().values():
        if column.kind is not FieldKind.VERSION:
            texts.append(Coalesce(Cast(value_of(column), TextField()), Value("")))
    return Func(
        Md5(ConcatWs(Value("\x1f"), *texts)),
        Value(12),
        function="left",
        output_field=CharField(),
    )
