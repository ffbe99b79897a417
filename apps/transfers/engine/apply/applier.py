"""Applies a plan chunk by chunk: checks, writes, and counters of a chunk in one transaction."""

from collections.abc import Callable
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models.functions import Now
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.audit.context import audit_context
from apps.core.chunks import Chunks, Span
from apps.core.jobs import ClaimLostError, JobCanceledError
from apps.transfers.change_sources import IMPORT, IMPORT_RUN
from apps.transfers.engine.apply import changed_records, writing
from apps.transfers.engine.context import RunContext
from apps.transfers.engine.ranges import TOP, Range, order_of, problems_by_row
from apps.transfers.engine.runs import chunks
from apps.transfers.engine.runs.constraints import explain
from apps.transfers.engine.sql import execute, rows, value
from apps.transfers.models import ImportRun


class Stopped(Exception):  # noqa: N818  A signal, not an error.
    """The run is all or nothing, and a row cannot be applied."""


class Applier(Chunks):
    """One worker's attempt at a run. `before_chunk` may raise to stop (a permission was revoked)."""

    what = "import"

    def __init__(
        self, context: RunContext, *, before_chunk: Callable[[], None] | None = None
    ) -> None:
        self.context = context
        self.run: ImportRun = context.run
        self.order = order_of(self.run)
        self.before_chunk = before_chunk or (lambda: None)
        self.who = self.run.confirmed_by or self.run.user or "command import_file"
        self.refused = self.run.results.get("refused", 0)

    def apply(self) -> None:
        """Apply the remaining rows. Raises JobCanceledError or ClaimLostError between chunks."""
        if self.context.matching.on_error == "stop":
            self._apply_all()
            return
        while (high := self._next(self.run.checkpoint, chunks.CHUNK)) is not None:
            self.before_chunk()
            self.work_off((self.run.checkpoint, high))

    def _rows_to_do(self, low: int, high: int = TOP) -> Composable:
        """SQL condition: a row in (low, high] that the plan writes, whatever its outcome."""
        return SQL(
            "{order} > {low} AND {order} <= {high} AND verdict IN ('create', 'update')"
        ).format(order=Identifier(self.order), low=Literal(low), high=Literal(high))

    def _next(self, low: int, number: int) -> int | None:
        """Return the end of the next chunk of `number` actionable rows, None if there are none."""
        return value(
            SQL(
                "SELECT max(o) FROM (SELECT {o} AS o FROM {} WHERE {} ORDER BY {o} LIMIT {}) x"
            ).format(
                self.context.tables.plan,
                self._rows_to_do(low),
                Literal(number),
                o=Identifier(self.order),
            )
        )

    def write(self, span: Span) -> None:
        low, high = span
        with self.run.hold(), self._audited():
            # Another worker may have done this in the meantime.
            if self.run.checkpoint < high:
                self._record(high, self._write(low, high))

    def size(self, span: Span) -> int:
        return int(
            value(
                SQL("SELECT count(*) FROM {} WHERE {}").format(
                    self.context.tables.plan, self._rows_to_do(*span)
                )
            )
        )

    def next_in(self, span: Span, rows: int) -> Span | None:
        if self.run.checkpoint >= span[1]:
            return None
        middle = self._next(self.run.checkpoint, rows)
        return None if middle is None else (self.run.checkpoint, min(middle, span[1]))

    def refuse(self, span: Span, error: Exception) -> None:
        with self.run.hold():
            number = value(
                SQL("SELECT number FROM {} WHERE {}").format(
                    self.context.tables.plan, self._rows_to_do(*span)
                )
            )
            self._mark({number: explain(error, self.context)}, "refused")
            self._record(span[1], {"refused": 1, "done": 1})

    def _apply_all(self) -> None:
        """All or nothing: one transaction of any size; the claim is checked at its end."""
        self.before_chunk()
        total: dict[str, int] = {}
        with transaction.atomic():
            with self._audited():
                low = 0
                while (high := self._next(low, chunks.CHUNK)) is not None:
                    self.before_chunk()
                    if ImportRun.objects.filter(
                        pk=self.run.pk, cancel_requested_at__isnull=False
                    ).exists():
                        raise JobCanceledError
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
            source=IMPORT,
            run=(IMPORT_RUN, self.run.pk),
        )

    def _write(self, low: int, high: int) -> dict[str, int]:
        """Write a range inside the caller's transaction; return the outcomes of its rows."""
        context = self.context
        everything = Range(self.order, low, high)
        writing.lock(context, everything)
        drifted = changed_records.refused_rows(context, everything)
        chunk = Range(self.order, low, high, without=drifted)
        writing.insert_made(context, chunk)
        for info in context.parts:
            if context.has_planned(info, "create"):
                writing.insert(context, info, chunk)
            if context.has_planned(info, "update"):
                writing.update(context, info, chunk)
        # Check deferred constraints now, while the range can still be halved.
        execute(SQL("SET CONSTRAINTS ALL IMMEDIATE"))
        execute(SQL("SET CONSTRAINTS ALL DEFERRED"))
        if drifted:
            self._mark(drifted, "drifted")
        created, updated = rows(
            SQL(
                "SELECT count(*) FILTER (WHERE verdict = 'create'), "
                "count(*) FILTER (WHERE verdict = 'update') FROM {} p WHERE {}"
            ).format(context.tables.plan, chunk.where())
        )[0]
        return {
            "created": created,
            "updated": updated,
            "drifted": len(drifted),
            "vanished": sum(why in changed_records.VANISHED for why in drifted.values()),
            "done": created + updated + len(drifted),
        }

    def _mark(self, why: dict[int, str], outcome: str) -> None:
        execute(
            SQL(
                "UPDATE {} p SET outcome = {}, problems = x.problems FROM {} x WHERE p.number = x.number"
            ).format(self.context.tables.plan, Literal(outcome), problems_by_row(why, outcome))
        )

    def _record(self, high: int, result: dict[str, int]) -> None:
        """Save checkpoint and counters in the transaction that wrote the rows."""
        run = self.run
        done = result.pop("done", 0)
        for key, number in result.items():
            run.results[key] = run.results.get(key, 0) + number
        run.checkpoint = high
        run.rows_done += done
        run.heartbeat_at, run.failures = Now(), 0
        run.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at", "failures"])


__all__ = ["Applier", "ClaimLostError", "Stopped"]
