"""Applies a plan chunk by chunk: each with its checks, its writes, its counters, in one transaction."""

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from apps.audit.context import audit_context
from apps.core.errors import DomainError
from apps.core.jobs import ClaimLostError, JobCancelledError
from apps.transfers.engine.apply import drift, writing
from apps.transfers.engine.context import Context
from apps.transfers.engine.ranges import Range, order_of
from apps.transfers.engine.runs.constraints import explain
from apps.transfers.models import ImportRun

CHUNK = 20_000
_RETRIES = 6
# Each refusal by the database costs a transaction of its own; so many mean that something is wrong.
_MAX_REFUSALS = 500


class Stopped(Exception):  # noqa: N818  A signal, not an error.
    """The run is all or nothing and one row cannot be applied."""


class Applier:
    """One worker's go at a run. `before_chunk` may raise to stop (a permission taken away)."""

    def __init__(self, context: Context, *, before_chunk: Callable[[], None] | None = None) -> None:
        self.context = context
        self.run: ImportRun = context.run
        self.order = order_of(self.run)
        self.before_chunk = before_chunk or (lambda: None)
        self.who = self.run.confirmed_by or self.run.user or "command import_file"

    def apply(self) -> None:
        """Apply what is left. Raises JobCancelledError or ClaimLostError between chunks."""
        if self.context.matching.on_error == "stop":
            self._apply_all()
            return
        while (high := self._next(self.run.checkpoint, CHUNK)) is not None:
            self.before_chunk()
            self._chunk(self.run.checkpoint, high)

    def _next(self, low: int, rows: int) -> int | None:
        """Return the end of the next chunk of `rows` actionable rows, None when none is left."""
        found = self.context.rows(
            f"SELECT max(o), count(*) FROM (SELECT {self.order} AS o FROM {self.context.tables.plan} "
            f"WHERE {self.order} > %s AND verdict IN ('create', 'update') "
            f"ORDER BY {self.order} LIMIT %s) x",
            [low, rows],
        )[0]
        return found[0] if found[1] else None

    def _chunk(self, low: int, high: int) -> None:
        """Apply (low, high]; a row that the database refuses is found by halving and refused alone."""
        for attempt in range(_RETRIES):
            try:
                with self.run.hold(), self._audited():
                    # What another worker has done in between is done.
                    if self.run.checkpoint >= high:
                        return
                    result = self._write(low, high)
                    self._record(high, result)
                return
            except (IntegrityError, DataError) as error:
                if not self._halve(low, high, error):
                    return
                break
            except OperationalError:
                # A dead-lock or a serialization failure: the other one has won, try again.
                if attempt == _RETRIES - 1 or connection.in_atomic_block:
                    raise
                time.sleep(0.1 * 2**attempt)
        while self.run.checkpoint < high:
            middle = self._next(self.run.checkpoint, max(1, self._rows(low, high) // 2))
            if middle is None:
                return
            self._chunk(self.run.checkpoint, min(middle, high))

    def _rows(self, low: int, high: int) -> int:
        return int(
            self.context.rows(
                f"SELECT count(*) FROM {self.context.tables.plan} WHERE {self.order} > %s "
                f"AND {self.order} <= %s AND verdict IN ('create', 'update')",
                [low, high],
            )[0][0]
        )

    def _halve(self, low: int, high: int, error: Exception) -> bool:
        """Return whether the range can be halved; refuse the row where it is but one."""
        if self._rows(low, high) > 1:
            return True
        if self.run.results.get("refused", 0) >= _MAX_REFUSALS:
            raise DomainError(
                f"The import stopped because the database rejected {_MAX_REFUSALS:,} rows."
            )
        with self.run.hold():
            number = self.context.rows(
                f"SELECT number FROM {self.context.tables.plan} WHERE {self.order} > %s "
                f"AND {self.order} <= %s AND verdict IN ('create', 'update')",
                [low, high],
            )[0][0]
            self._mark({number: explain(error, self.context)}, "refused")
            self._record(high, {"refused": 1, "done": 1})
        return False

    def _apply_all(self) -> None:
        """All or nothing: one transaction, whatever its size; the claim is checked at its end."""
        self.before_chunk()
        total: dict[str, int] = {}
        with transaction.atomic():
            with self._audited():
                low = 0
                while (high := self._next(low, CHUNK)) is not None:
                    self.before_chunk()
                    if ImportRun.objects.filter(
                        pk=self.run.pk, cancel_requested_at__isnull=False
                    ).exists():
                        raise JobCancelledError
                    try:
                        with transaction.atomic():
                            result = self._write(low, high)
                    except (IntegrityError, DataError) as error:
                        raise Stopped(explain(error, self.context)) from None
                    if result.get("drifted"):
                        raise Stopped(
                            f"{result['drifted']:,} records were changed after the preview."
                        )
                    total = {key: total.get(key, 0) + value for key, value in result.items()}
                    low = high
            with self.run.hold():
                self._record(low, total)

    def _audited(self) -> Any:
        return audit_context(
            actor=self.who,
            real_actor=self.run.real_user,
            reason=self.run.reason,
            import_run_id=self.run.pk,
            door="import",
        )

    def _write(self, low: int, high: int) -> dict[str, int]:
        """Write a range inside the caller's transaction; return what became of its rows."""
        context = self.context
        everything = Range(self.order, low, high, [])
        writing.lock(context, everything)
        drifted = drift.find(context, everything)
        rows = Range(self.order, low, high, sorted(drifted))
        writing.insert_made(context, rows)
        for info in context.parts:
            if context.has_planned(info, "create"):
                writing.insert(context, info, rows)
            if context.has_planned(info, "update"):
                writing.update(context, info, rows)
        # Deferred checks speak now, while the range can still be halved.
        context.execute("SET CONSTRAINTS ALL IMMEDIATE")
        context.execute("SET CONSTRAINTS ALL DEFERRED")
        if drifted:
            self._mark(drifted, "drifted")
        created, updated = context.rows(
            f"SELECT count(*) FILTER (WHERE verdict = 'create'), "
            f"count(*) FILTER (WHERE verdict = 'update') FROM {context.tables.plan} p "
            f"WHERE {rows.where()}",
            rows.params,
        )[0]
        return {
            "created": created,
            "updated": updated,
            "drifted": len(drifted),
            "vanished": sum(why in drift.VANISHED for why in drifted.values()),
            "done": created + updated + len(drifted),
        }

    def _mark(self, why: dict[int, str], outcome: str) -> None:
        problems = {
            number: [
                {"code": outcome, "column": "", "message": message, "value": "", "suggestion": ""}
            ]
            for number, message in why.items()
        }
        self.context.execute(
            f"UPDATE {self.context.tables.plan} p SET outcome = %s, problems = x.problems "
            f"FROM (SELECT key::int AS number, value AS problems FROM jsonb_each(%s::jsonb)) x "
            f"WHERE p.number = x.number",
            [outcome, json.dumps(problems)],
        )

    def _record(self, high: int, result: dict[str, int]) -> None:
        """Checkpoint and counters, in the transaction that wrote the rows."""
        run = self.run
        done = result.pop("done", 0)
        for key, value in result.items():
            run.results[key] = run.results.get(key, 0) + value
        run.checkpoint = high
        run.rows_done += done
        run.heartbeat_at, run.failures = timezone.now(), 0
        run.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at", "failures"])


__all__ = ["Applier", "ClaimLostError", "Stopped"]
