"""Redacts one person's data in the history: the only way in which a history row changes.

The database allows only redactions of personal columns, and records the rows with digests by which
they still match what was sealed (`triggers.RecordRedaction`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction

from apps.audit.history import audited
from apps.audit.models import Event
from apps.audit.triggers import REMOVED

_BLANK_DATA = '{"removed": true}'


@contextmanager
def redacting(*, person: UUID | None, reason: str) -> Iterator[None]:
    """Hold a transaction in which the functions below can be called, only inside the block."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('audit.redaction', %s, true),"
            " set_config('audit.redaction_of', %s, true)",
            [reason, str(person or "")],
        )
        yield
        cursor.execute(
            "SELECT set_config('audit.redaction', '', true),"
            " set_config('audit.redaction_of', '', true)"
        )


def redact_records(model: type[models.Model], keys: Iterable[Any]) -> int:
    """Redact the personal fields in the history of these records; return the number of rows.

    The records themselves are already blank. The newest row of an existing record equals it,
    contains nothing personal, and stays.
    """
    (each,) = [each for each in audited if each.model is model]
    columns = [
        str(model._meta.get_field(name).column)  # type: ignore[union-attr]
        for name in each.history.personal_fields
    ]
    table, key = each.history_model._meta.db_table, str(model._meta.pk.column)
    newest = f'(SELECT max(n.history_id) FROM "{table}" n WHERE n."{key}" = h."{key}")'  # noqa: S608
    return _execute(
        f'UPDATE "{table}" h SET {_blank(columns)} WHERE h."{key}" = ANY(%s)'  # noqa: S608
        f" AND ({_filled(columns)}) AND (h.history_type = '-' OR h.history_id < {newest})",
        [list(keys)],
    )


def redact_purged(
    model: type[models.Model], key: Any, counts: Mapping[type[models.Model], int]
) -> int:
    """Redact the personal fields of what this transaction deleted with a record, in its whole history.

    The caller has deleted the record `key` of `model` for good, with others: `counts` by model. What was there can still
    be proven: a digest stays.
    """
    personal = [each for each in audited if each.history.personal_fields and counts.get(each.model)]
    if not personal:
        return 0
    (root,) = [each for each in audited if each.model is model]
    deleted = root.history_model._base_manager.filter(history_type="-", id=key)
    change_set = deleted.order_by("-history_id").values_list("change_set_id", flat=True).first()
    total = 0
    with redacting(person=None, reason="The record was deleted for good."):
        for each in personal:
            table, key = each.history_model._meta.db_table, str(each.model._meta.pk.column)
            columns = [
                str(each.model._meta.get_field(name).column)  # type: ignore[union-attr]
                for name in each.history.personal_fields
            ]
            # Rows of this transaction are newer than its start, and few enough to be found by their time.
            gone = (
                f'SELECT g."{key}" FROM "{table}" g WHERE g.history_type = \'-\''  # noqa: S608
                " AND g.history_date >= now() AND g.change_set_id = %s"
            )
            total += _execute(
                f'UPDATE "{table}" h SET {_blank(columns)} WHERE h."{key}" IN ({gone})'  # noqa: S608
                f" AND ({_filled(columns)})",
                [change_set],
            )
            total += _execute(
                "UPDATE audit_event SET target_label = %s WHERE target_type_id = %s AND "  # noqa: S608
                f"target_pk IN (SELECT found::text FROM ({gone}) AS deleted(found)) "
                "AND target_label NOT IN ('', %s)",
                [REMOVED, ContentType.objects.get_for_model(each.model).pk, change_set, REMOVED],
            )
    return total


def redact_events(person: UUID) -> int:
    """Redact the person's name and address in everything they did; their key stays."""
    return _execute(
        "UPDATE audit_changeset SET actor_label = %s, address = '',"
        " real_actor_label = CASE real_actor_label WHEN '' THEN '' ELSE %s END"
        " WHERE (actor_id = %s OR real_actor_id = %s) AND actor_label <> %s",
        [REMOVED, REMOVED, person, person, REMOVED],
    )


def redact_labels(model: type[models.Model], keys: Iterable[Any]) -> int:
    """Redact the names of these records in the events about them."""
    return _execute(
        "UPDATE audit_event SET target_label = %s WHERE target_type_id = %s"
        " AND target_pk = ANY(%s) AND target_label NOT IN ('', %s)",
        [
            REMOVED,
            ContentType.objects.get_for_model(model).pk,
            [str(key) for key in keys],
            REMOVED,
        ],
    )


def redact_mentions(*, words: Sequence[str], names: Sequence[str] = ()) -> int:
    """Redact values that mention one of `words` anywhere in the history; return how many.

    A reason is redacted as a whole. `names` are first and last name together.
    """
    quoted, named = _patterns(words), _patterns([*words, *names])
    statements: list[tuple[str, str, str, list[str]]] = [
        ("audit_changeset", "reason", REMOVED, named),
        ("audit_event", "reason", REMOVED, named),
        ("audit_event", "target_label", REMOVED, named),
        ("audit_event", "data", _BLANK_DATA, named),
        *(
            (each.history_model._meta.db_table, "history_change_reason", REMOVED, named)
            for each in audited
        ),
    ]
    total = 0
    for table, column, blank, patterns in statements:
        if patterns:
            total += _execute(
                f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}"::text ILIKE ANY(%s)',  # noqa: S608
                [blank, patterns],
            )
    labels = "actor_label ILIKE ANY(%s) OR real_actor_label ILIKE ANY(%s)"
    if quoted:
        total += _execute(
            "UPDATE audit_changeset SET actor_label = %s, address = '',"  # noqa: S608
            f" real_actor_label = CASE real_actor_label WHEN '' THEN '' ELSE %s END WHERE {labels}",
            [REMOVED, REMOVED, quoted, quoted],
        )
    return total


def redact_reasons(*, records: Mapping[type[models.Model], Iterable[Any]], pattern: str) -> int:
    """Redact the reasons for changes of these records that contain `pattern` as a whole word.

    A first name alone identifies a person only in changes of their own records.
    """
    if not pattern:
        return 0
    word = rf"\m({pattern})\M"
    tables = [each.history_model._meta.db_table for each in audited]
    changes: list[int] = []
    for each in audited:
        if keys := list(records.get(each.model, ())):
            table, key = each.history_model._meta.db_table, str(each.model._meta.pk.column)
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT DISTINCT change_set_id FROM "{table}" WHERE "{key}" = ANY(%s)',  # noqa: S608
                    [keys],
                )
                changes += [found for (found,) in cursor.fetchall() if found is not None]
    targets = [str(key) for keys in records.values() for key in keys]
    total = _execute(
        "UPDATE audit_changeset SET reason = %s WHERE id = ANY(%s) AND reason ~* %s",
        [REMOVED, changes, word],
    )
    about = "(change_set_id = ANY(%s) OR target_pk = ANY(%s))"
    for column, blank in (("reason", REMOVED), ("target_label", REMOVED), ("data", _BLANK_DATA)):
        total += _execute(
            f'UPDATE audit_event SET "{column}" = %s WHERE {about} AND "{column}"::text ~* %s',  # noqa: S608
            [blank, changes, targets, word],
        )
    for table in tables:
        total += _execute(
            f'UPDATE "{table}" SET history_change_reason = %s'  # noqa: S608
            " WHERE change_set_id = ANY(%s) AND history_change_reason ~* %s",
            [REMOVED, changes, word],
        )
    return total


def mentions(*, words: Sequence[str], names: Sequence[str] = ()) -> int:
    """Count the events that mention the person, for a preview."""
    query = models.Q()
    for word in [*words, *names]:
        query |= models.Q(target_label__icontains=word) | models.Q(data__icontains=word)
    return Event.objects.filter(query).count() if query else 0


def _patterns(words: Sequence[str]) -> list[str]:
    escaped = (
        word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words if word
    )
    return [f"%{word}%" for word in escaped]


def _blank(columns: Sequence[str]) -> str:
    """SQL that redacts columns. Empty values stay empty; others say that they were removed."""
    return ", ".join(
        f"\"{column}\" = CASE WHEN {_is_filled(column)} THEN '{REMOVED}'"
        f" ELSE coalesce(h.\"{column}\", '') END"
        for column in columns
    )


def _filled(columns: Sequence[str]) -> str:
    return " OR ".join(_is_filled(column) for column in columns)


def _is_filled(column: str) -> str:
    return f"coalesce(h.\"{column}\", '') NOT IN ('', '{REMOVED}')"


def _execute(sql: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
