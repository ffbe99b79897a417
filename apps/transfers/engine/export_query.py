"""What an export selects: a dataset's columns over a list's records, as one SQL statement."""

import csv
import io
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Coalesce, NullIf

from apps.core.cells import defused_sql
from apps.core.errors import DomainError
from apps.transfers.declarations import Column, DatasetResource, Kind
from apps.transfers.engine.export_filters import narrowed

_PLAIN_KINDS = (Kind.DATE, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.CHOICE, Kind.VERSION)


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
        if column.kind is not Kind.VERSION:
            texts.append(Coalesce(Cast(value_of(column), TextField()), Value("")))
    return Func(
        Md5(ConcatWs(Value("\x1f"), *texts)),
        Value(12),
        function="left",
        output_field=CharField(),
    )


class Exported:
    """The columns and records of one export."""

    def __init__(
        self, dataset: type[DatasetResource], fields: list[str] | None, queryset: QuerySet
    ) -> None:
        known = dataset.columns()
        unknown = [name for name in fields or [] if name not in known]
        if unknown:
            raise DomainError(
                f"{dataset.label()} have no field “{unknown[0]}”. Fields: {', '.join(known)}."
            )
        self.dataset = dataset
        self.columns = [known[name] for name in fields or known]
        self.queryset = queryset

    @classmethod
    def filtered(
        cls, dataset: type[DatasetResource], filters: dict[str, Any], user: Any
    ) -> QuerySet:
        """Return the living records in the user's scope that meet `filters` (column → text).

        In no order: sorting a million rows by another table's name costs more than to write them.
        """
        queryset = dataset.model()._default_manager.order_by()
        if user is not None:
            queryset = queryset.for_staff(user)  # type: ignore[attr-defined]
        return narrowed(queryset, dataset, filters, user)

    def labels(self) -> list[str]:
        return [column.label for column in self.columns]

    def header(self) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(self.labels())
        return "\ufeff" + line.getvalue()

    def sql(self, *, defuse: bool) -> tuple[str, list[Any]]:
        """Return the statement, one output column for each column, ordered as the list is."""
        selected = {
            f"e{position}": (
                version_of(self.dataset) if column.kind is Kind.VERSION else value_of(column)
            )
            for position, column in enumerate(self.columns)
        }
        # A list's own annotations and look-aheads are of no use here.
        queryset = self.queryset.select_related(None).prefetch_related(None)
        queryset = queryset.annotate(**selected).values_list(*selected)
        sql, params = queryset.query.sql_with_params()
        if not defuse:
            return sql, list(params)
        outer = ", ".join(self._safe(position) for position in range(len(self.columns)))
        names = ", ".join(f"e{position}" for position in range(len(self.columns)))
        return f"SELECT {outer} FROM ({sql}) AS q({names})", list(params)

    def _safe(self, position: int) -> str:
        column, name = self.columns[position], f"q.e{position}"
        if column.kind is Kind.BOOLEAN:
            return f"{name}::text"
        if column.kind in _PLAIN_KINDS:
            return name
        return defused_sql(name)


__all__ = ["Exported", "value_of", "version_of"]
