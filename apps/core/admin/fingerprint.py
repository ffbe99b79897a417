"""A cheap check that a query still finds the same records."""

from typing import Any

from django.contrib.postgres.aggregates import BitXor
from django.db.models import BigIntegerField, Count, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast


def fingerprint(queryset: QuerySet) -> tuple[int, Any]:
    """Return the number of records in a query and a checksum of their keys, in one statement.

    Two different sets have the same 64-bit checksum only by chance. Neither the order of the rows
    nor the columns of the query matter.
    """
    keys = queryset.order_by().values("pk")
    hashed = Func(
        Cast(F("pk"), TextField()),
        Value(0),
        function="hashtextextended",
        output_field=BigIntegerField(),
    )
    found = keys.annotate(hashed=hashed).aggregate(n=Count("pk"), checksum=BitXor("hashed"))
    return found["n"], found["checksum"]
