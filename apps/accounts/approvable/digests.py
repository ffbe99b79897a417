"""Locks and digests any number of rows inside the database."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.accounts.approvable.preview import PreviewPart
from apps.audit.history import audited

_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def preview_part(name: str, rows: QuerySet) -> PreviewPart:
    """Count the rows and digest all their columns, in the order of their keys.

    Models with a history are digested in the columns that the history watches: a sign-in does not
    change a person.
    """
    found = _asked(rows)
    if found is None:
        return PreviewPart(name, 0, _EMPTY)
    keys, params = found
    columns = ", ".join(f"t.{column}" for column in _columns(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            # Names come only from models, and the queryset's SQL has its own parameters.
            "SELECT count(*), encode(sha256(coalesce(string_agg("
            f"sha256(convert_to(ROW({columns})::text, 'UTF8')), ''::bytea ORDER BY t.{_key(rows)}"
            f"), ''::bytea)), 'hex') FROM {_table(rows)} t WHERE t.{_key(rows)} IN ({keys})",
            params,
        )
        count, digest = cursor.fetchone()
    return PreviewPart(name, count, digest)


def lock(rows: QuerySet) -> None:
    """Lock the rows in the order of their keys until the end of the transaction.

    A locked row can neither change nor get belongings: a new row that refers to it must wait.
    """
    found = _asked(rows)
    if found is None:
        return
    keys, params = found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {_table(rows)} t WHERE t.{_key(rows)} IN ({keys}) "
            f"ORDER BY t.{_key(rows)} FOR UPDATE) locked",
            params,
        )


def _asked(rows: QuerySet) -> tuple[str, tuple[Any, ...]] | None:
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, params


def _table(rows: QuerySet) -> str:
    return connection.ops.quote_name(rows.model._meta.db_table)


def _key(rows: QuerySet) -> str:
    return connection.ops.quote_name(str(rows.model._meta.pk.column))


def _columns(rows: QuerySet) -> list[str]:
    model = rows.model._meta.concrete_model
    ignored = {
        name for each in audited if each.model is model for name in each.history.untracked_fields
    }
    return [
        connection.ops.quote_name(str(field.column))
        for field in model._meta.concrete_fields
        if field.name not in ignored
    ]
