"""Records the columns that each history table has had, migration by migration."""

from django.db import connection

from apps.audit.history import audited
from apps.audit.models import ColumnSet


def record_column_sets(**_: object) -> None:
    """Record the columns of each history table whose columns changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        (position,) = cursor.fetchone()
    last = {known.table: known.columns for known in ColumnSet.objects.order_by("pk")}
    ColumnSet.objects.bulk_create(
        ColumnSet(table=each.history_model._meta.db_table, columns=each.columns, position=position)
        for each in audited
        if last.get(each.history_model._meta.db_table) != each.columns
    )
