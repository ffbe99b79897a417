"""Writes what a merge changes, and remembers each row as it was. Set-based, whatever the number of rows."""

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Model, QuerySet, UUIDField
from django.db.models.functions import Cast
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.bulk.engine.versions import version_of
from apps.bulk.models import Merge
from apps.core.model_meta import column_name, concrete_model


class MergeWork:
    """What a domain's rules get; see `Work` in `merge_rules.py`. The caller holds a transaction and the locks."""

    def __init__(self, merge: Merge, kept: Model, dropped: Model) -> None:
        self.merge = merge
        self.kept: Any = kept
        self.dropped: Any = dropped

    def change(self, rows: QuerySet[Any], **values: object) -> int:
        """Change rows; each at most once in a merge, which remembers it as it was."""
        model = concrete_model(rows.model)
        columns = [column_name(model, name) for name in values]
        before = SQL(", ").join(
            SQL("{}, t.{}").format(Literal(column), Identifier(column)) for column in columns
        )
        number = self._remember(rows, SQL("jsonb_build_object({})").format(before))
        remembered(model, self.merge, without_version=True).update(**values)
        self._note_versions(model)
        return number

    def delete(self, rows: QuerySet[Any]) -> int:
        """Delete rows, of which every column is remembered."""
        model = concrete_model(rows.model)
        number = self._remember(rows, SQL("to_jsonb(t)"))
        going: Any = remembered(model, self.merge, without_version=True)
        going._raw_delete(going.db)
        return number

    def _remember(self, rows: QuerySet[Any], before: Composable) -> int:
        model = concrete_model(rows.model)
        chosen = rows.order_by().values("pk")
        sql, params = chosen.query.sql_with_params()
        statement = SQL(
            "INSERT INTO bulk_mergedrow (merge_id, model, key, before) "
            "SELECT {merge}, {label}, t.{pk}::text, {before} FROM {table} t WHERE t.{pk} IN ("
        ).format(
            merge=Literal(self.merge.pk),
            label=Literal(model._meta.label),
            pk=Identifier(str(model._meta.pk.column)),
            before=before,
            table=Identifier(model._meta.db_table),
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"{statement.as_string(cursor.cursor)}{sql}) FOR NO KEY UPDATE OF t", params
            )
            return int(cursor.rowcount)

    def _note_versions(self, model: type[Model]) -> None:
        now = remembered(model, self.merge, without_version=True)
        sql, params = (
            now.annotate(bulk_version=version_of(model))
            .values_list("pk", "bulk_version")
            .query.sql_with_params()
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE bulk_mergedrow r SET version = now.version "  # noqa: S608
                f"FROM ({sql}) AS now(key, version) "
                "WHERE r.merge_id = %s AND r.model = %s AND r.key = now.key::text",
                [*params, self.merge.pk, model._meta.label],
            )


def remembered(model: type[Model], merge: Merge, *, without_version: bool = False) -> QuerySet[Any]:
    """Return the live rows of a model that a merge remembers; only those that it has not written yet."""
    rows = merge.rows.filter(model=model._meta.label)
    if without_version:
        rows = rows.filter(version=None)
    is_uuid = isinstance(model._meta.pk, UUIDField)
    own = Cast("key", UUIDField() if is_uuid else BigIntegerField())
    return model._base_manager.filter(pk__in=rows.values(own=own)).order_by()
