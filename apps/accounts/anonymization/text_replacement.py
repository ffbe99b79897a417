"""Finds a person's addresses and numbers in every table and removes them."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from apps.audit.history import audited
from apps.audit.triggers import REMOVED

# The audit log is redacted elsewhere, sessions contain no readable text, and the others have no
# personal data.
_APPS = {"audit", "contenttypes", "sessions", "migrations"}


def sweep(words: list[str]) -> int:
    """Replace each of `words` with "[removed]" in every text and JSON value; return how many
    changed.

    Values that must become something else (an address that is used to sign in) are changed before.
    """
    return sum(_replace(table, column, cast, words) for table, column, cast in _columns())


def remaining(words: list[str]) -> int:
    """Count what is left in history columns that cannot be redacted: names of other records."""
    total = 0
    for each in audited:
        personal = set(each.history.personal_fields)
        for field in each.history_model._meta.concrete_fields:
            if _cast(field) is None or field.name in personal:
                continue
            table, column = each.history_model._meta.db_table, field.column
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE ANY(%s)',  # noqa: S608
                    [_patterns(words)],
                )
                total += int(cursor.fetchone()[0])
    return total


def _replace(table: str, column: str, cast: str, words: list[str]) -> int:
    value = f'"{column}"::text'
    expression = value
    params: list[Any] = []
    for word in words:
        expression = f"regexp_replace({expression}, %s, %s, 'gi')"
        params += [re.escape(word).replace("\\ ", " "), REMOVED]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = ({expression}){cast} WHERE {value} ILIKE ANY(%s)',  # noqa: S608
            [*params, _patterns(words)],
        )
        return cursor.rowcount


def _columns() -> Iterator[tuple[str, str, str]]:
    histories = {each.history_model for each in audited}
    for model in apps.get_models(include_auto_created=True):
        opts = model._meta
        if opts.proxy or not opts.managed or model in histories or opts.app_label in _APPS:
            continue
        for field in opts.local_concrete_fields:
            cast = _cast(field)
            if cast is not None and not field.primary_key:
                yield opts.db_table, str(field.column), cast


def _cast(field: models.Field) -> str | None:
    """Return the cast from text to the column's type, or None for a column without text."""
    if isinstance(field, models.JSONField):
        return "::jsonb"
    if isinstance(field, ArrayField):
        return "::text[]" if _cast(field.base_field) is not None else None
    text = isinstance(field, models.CharField | models.TextField | models.FileField)
    return "" if text and not field.choices else None


def _patterns(words: list[str]) -> list[str]:
    escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
    return [f"%{word}%" for word in escaped]
