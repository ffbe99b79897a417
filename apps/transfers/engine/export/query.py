"""The query of an export: a dataset's columns over a list's records, as one SQL statement."""

import csv
import io
from typing import Any

from django.db.models import QuerySet
from psycopg.sql import SQL, Composable, Identifier

from apps.core.actors import PermissionHolder
from apps.core.cells import defused_sql
from apps.core.errors import DomainError
from apps.transfers.declarations import Column, DatasetResource, FieldKind
from apps.transfers.engine.export.filters import narrowed
from apps.transfers.engine.record_version import value_of, version_of
from apps.transfers.engine.sql import comma, subquery

_PLAIN_KINDS = (
    FieldKind.DATE,
    FieldKind.INTEGER,
    FieldKind.DECIMAL,
    FieldKind.BOOLEAN,
    FieldKind.CHOICE,
    FieldKind.VERSION,
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
        cls, dataset: type[DatasetResource], filters: dict[str, Any], user: PermissionHolder | None
    ) -> QuerySet:
        """Return the live records in the user's scope that match `filters` (column → text).

        They are unordered: sorting a million rows by another table's name costs more than writing
        them.
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

    def sql(self, *, defuse: bool) -> Composable:
        """Return the statement, one output column for each column, ordered as the list is."""
        selected = {
            f"e{position}": (
                version_of(self.dataset) if column.kind is FieldKind.VERSION else value_of(column)
            )
            for position, column in enumerate(self.columns)
        }
        # A list's annotations and prefetches are not needed here.
        queryset = self.queryset.select_related(None).prefetch_related(None)
        plain = subquery(queryset.annotate(**selected).values_list(*selected))
        if not defuse:
            return plain
        return SQL("SELECT {} FROM ({}) AS q({})").format(
            comma(map(_safe, self.columns, selected)), plain, comma(map(Identifier, selected))
        )


def _safe(column: Column, name: str) -> Composable:
    """SQL of a cell that no spreadsheet runs as a formula."""
    value = Identifier("q", name)
    if column.kind is FieldKind.BOOLEAN:
        return SQL("{}::text").format(value)
    return value if column.kind in _PLAIN_KINDS else defused_sql(value)
