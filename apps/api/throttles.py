"""How often one account may call: counted in its one row, which also says when it was last used."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from rest_framework.exceptions import Throttled

from apps.api.models import ServiceAccount, ServiceAccountUse


@dataclass(frozen=True)
class Throttle:
    """So many requests in a minute of the clock, over all keys of an account."""

    requests: int
    # How many requests one counts for.
    cost: int = 1


READS = Throttle(requests=600)
WRITES = Throttle(requests=600, cost=5)


@dataclass(frozen=True)
class Counted:
    throttle: Throttle
    requests: int
    seconds_left: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.throttle.requests),
            "RateLimit-Remaining": str(max(self.throttle.requests - self.requests, 0)),
            "RateLimit-Reset": str(self.seconds_left),
        }

    def refuse(self) -> None:
        """Raise `Throttled` if this request is one too many."""
        if self.requests > self.throttle.requests:
            raise Throttled(wait=self.seconds_left)


def count(account: ServiceAccount, throttle: Throttle) -> Counted:
    """Count one request: one statement, whose row lock ends with it."""
    table = connection.ops.quote_name(ServiceAccountUse._meta.db_table)
    statement = f"""
        INSERT INTO {table} AS used (account_id, minute, requests, last_used_at)
        VALUES (%s, date_trunc('minute', clock_timestamp()), %s, clock_timestamp())
        ON CONFLICT (account_id) DO UPDATE SET
            requests = CASE WHEN used.minute = excluded.minute THEN used.requests ELSE 0 END
                + excluded.requests,
            minute = excluded.minute,
            last_used_at = excluded.last_used_at
        RETURNING requests,
            ceil(extract(epoch FROM minute + interval '1 minute' - last_used_at))::integer
    """  # noqa: S608  The name comes from the model.
    with connection.cursor() as cursor:
        cursor.execute(statement, [account.pk, throttle.cost])
        row: Any = cursor.fetchone()
    return Counted(throttle, row[0], row[1])
