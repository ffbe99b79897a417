"""Which tables a visit writes to."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# A visit touches its session; what was refused, or personal data that was looked at, leaves a note.
_WRITTEN_BY_ANY_VISIT = (
    "django_session",
    "usersessions_usersession",
    "accounts_disclosure",
    "audit_event",
    "audit_changeset",
    "django_cache",
    # The first who asks for a week that is over stores its numbers.
    "reports_closedperiod",
    "reports_closednumbers",
)


@contextmanager
def undone() -> Iterator[None]:
    """Leave the database as it was, so that each visitor finds the same."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Yield a list that names, in the end, the tables that were written to, even if undone again."""
    before = _counters()
    written: list[str] = []
    yield written
    written += sorted(name for name, number in _counters().items() if number != before.get(name, 0))


def _counters() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            # What the view pg_stat_xact_user_tables shows, without its joins: it is asked twice a visit.
            "SELECT relname, written FROM pg_class, LATERAL (SELECT pg_stat_get_xact_tuples_inserted(oid)"
            " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)) AS of (written)"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND written > 0"
            " AND relname <> ALL(%s)",
            [list(_WRITTEN_BY_ANY_VISIT)],
        )
        return dict(cursor.fetchall())
