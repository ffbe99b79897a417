"""The records of a model as they were at a moment, read out of the live table and its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from psycopg.sql import SQL, Composable, Identifier, Literal


def as_of(model: type[Model], moment: datetime | None, columns: Sequence[str]) -> Composable:
    """Return a SELECT of id, created_at, and `columns` of the records that existed at `moment`; None is now.

    Records that were not changed since are read from the live table. Of the others, the last row of
    their history before the moment counts. A record can be older than its history here: `created_at`
    says when it began, and the first row of its history what it was.
    """
    names = SQL(", ").join(map(Identifier, ["id", "created_at", *columns]))
    live = SQL("SELECT {} FROM {}").format(names, Identifier(model._meta.db_table))
    if moment is None:
        return live
    history: Any = model.history.model  # type: ignore[attr-defined]
    return SQL(
        "({live} WHERE created_at < {at}"
        " AND id NOT IN (SELECT id FROM {history} WHERE history_date >= {at})"
        " UNION ALL SELECT {then} FROM"
        " (SELECT id, min(created_at) AS created_at FROM {history} WHERE history_date >= {at}"
        " AND created_at < {at} GROUP BY id) AS changed,"
        " LATERAL (SELECT * FROM {history} AS h WHERE h.id = changed.id ORDER BY h.history_date < {at} DESC,"
        " CASE WHEN h.history_date < {at} THEN -h.history_id ELSE h.history_id END LIMIT 1) AS was"
        " WHERE NOT (was.history_type = '-' AND was.history_date < {at}))"
    ).format(
        live=live,
        at=Literal(moment),
        history=Identifier(history._meta.db_table),
        then=SQL(", ").join(
            Identifier("was" if name in columns else "changed", name)
            for name in ["id", "created_at", *columns]
        ),
    )
