"""Remembers which columns each history table has kept, migration by migration."""

from django.db import connection

from apps.audit.history import audited
from apps.audit.models import Shape


def record_column_sets(**_: object) -> None:
    """Write down the columns of every history table whose columns are not those last seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        (position,) = cursor.fetchone()
    last = {shape.table: shape.columns for shape in Shape.objects.order_by("pk")}
    Shape.objects.bulk_create(
        Shape(table=each.history_model._meta.db_table, columns=each.columns, position=position)
        for each in audited
        if last.get(each.history_model._meta.db_table) != each.columns
    )
