"""Undoes an import, set-based and in chunks, last row first.

Records that the run created are removed (to the trash if the model has one; a person is
deactivated). Changed records are reverted field by field. What somebody changed afterward is kept,
with the reason.
"""

import logging
import time
from contextlib import ExitStack

import pgtrigger
from django.db.models.functions import Now
from django.utils import timezone
from psycopg.sql import SQL, Identifier, Literal

from apps.audit.context import audit_context
from apps.core.chunks import Chunks, Span
from apps.core.job_attempts import attempt
from apps.core.jobs import ClaimLostError
from apps.core.uuid7 import uuid7
from apps.transfers.change_sources import IMPORT_RUN, UNDO
from apps.transfers.engine.context import RunContext, context_of
from apps.transfers.engine.ranges import TOP, UndoRange, is_again, order_of
from apps.transfers.engine.runs import chunks
from apps.transfers.engine.runs.approver import approver_of_undo
from apps.transfers.engine.runs.constraints import explain
from apps.transfers.engine.runs.events import record_undo
from apps.transfers.engine.runs.permissions import check_may_act_for, check_may_undo
from apps.transfers.engine.sql import comma, execute, value
from apps.transfers.engine.undo import chain as undo_chain
from apps.transfers.engine.undo import made_records as undo_made
from apps.transfers.engine.undo import rules as undo_rules
from apps.transfers.engine.undo import step as undo_step
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.tally import Tally
from apps.transfers.models import ImportRun, UndoRun

logger = logging.getLogger(__name__)
State = UndoRun.State


def advance(undo_run_id: int) -> UndoRun | None:
    """Claim the undo and run it to its end; None if there is nothing to do."""
    undo = UndoRun.claim(undo_run_id)
    if undo is None:
        return None
    following: list[UndoRun] = []
    attempt(
        undo,
        lambda: following.extend(Undoer(undo).run_all()),
        name=f"Undo {undo.pk}",
        canceled=lambda why: _end_canceled(undo, why or "Canceled"),
        failed=lambda sentence: _end_failed(undo, sentence),
    )
    for each in following:
        advance(each.pk)
    return undo


def _end_canceled(undo: UndoRun, why: str) -> None:
    seconds = undo.seconds
    undo.refresh_from_db()
    undo.seconds = seconds
    if undo.state in UndoRun.WORK_STATES:
        _end(
            undo,
            State.CANCELED,
            f"{why}: {undo.rows_done:,} of {undo.rows_to_do:,} rows were undone; the others stay as they "
            "are. Undo the run again to continue.",
        )


def _end_failed(undo: UndoRun, sentence: str) -> None:
    _end(undo, State.FAILED, sentence)


def _end(undo: UndoRun, state: str, error: str = "") -> list[UndoRun]:
    """End the undo; return the undos that it makes possible, which run next."""
    following: list[UndoRun] = []
    seconds = undo.seconds
    try:
        ended = {"state": state, "error": error, "ended_at": timezone.now(), "seconds": seconds}
        with undo.hand_over(cancelable=False, **ended):
            if state in (State.UNDONE, State.UNDONE_IN_PART):
                _mark_undone(undo.run_id)
                record_undo(undo)
                following = undo_chain.follow_ups(undo)
    except ClaimLostError:
        return []
    return following


def _mark_undone(run_id: int) -> None:
    """Say of the import that it is undone, and how many of its rows were kept."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    kept = undo_chain.kept_rows(run)
    run.state = ImportRun.State.UNDONE_IN_PART if kept else ImportRun.State.UNDONE
    run.results["kept"] = kept
    run.save(update_fields=["state", "results"])


class Undoer(Chunks):
    """One worker's attempt at an undo: down through the plan, chunk by chunk."""

    what = "undo"

    def __init__(self, undo: UndoRun) -> None:
        self.undo = undo
        self.context: RunContext = context_of(undo.run)
        self.order = order_of(undo.run)
        self.again = is_again(undo.run)
        self.trash = undo_step.Trash(undo.user_id, uuid7())

    def run_all(self) -> list[UndoRun]:
        started, earlier = time.perf_counter(), self.undo.seconds.get("undo", 0)
        try:
            self._run_all()
        finally:
            self.undo.seconds["undo"] = round(earlier + time.perf_counter() - started, 3)
        kept = self.undo.results.get("kept", 0)
        return _end(self.undo, State.UNDONE_IN_PART if kept else State.UNDONE)

    def _run_all(self) -> None:
        if self.undo.state == State.CONFIRMED:
            with self.undo.hold():
                self.undo.state = State.UNDOING
                self._begin()
                self.undo.save(update_fields=["state", "checkpoint", "rows_done", "results"])
        self._analyze()
        while (low := self._next(self.undo.checkpoint, chunks.CHUNK)) is not None:
            self._check()
            self.work_off((self.undo.checkpoint, low))
        self._made()

    def _check(self) -> None:
        """Refuse to continue if a permission or the scope was revoked since the last chunk."""
        undo = self.undo
        self.context.actor = check_may_undo(undo.user, undo.run, fresh=True)
        check_may_act_for(undo.real_user, undo.user)
        if (second := approver_of_undo(undo)) is not None:
            check_may_undo(second, undo.run, fresh=True)

    def _analyze(self) -> None:
        """Update the planner's statistics of large tables.

        Right after a large import, they still count as small, and a chunk that scans a table once
        per row takes minutes. A table that is known to be large is skipped, because that took a
        second for a few rows.
        """
        tables = sorted({info.model._meta.db_table for info in self.context.parts})
        small = [Identifier(table) for table in tables if self._may_count_as_small(table)]
        if small:
            execute(SQL("ANALYZE {}").format(comma(small)))

    def _may_count_as_small(self, table: str) -> bool:
        known = SQL("SELECT reltuples FROM pg_class WHERE oid = {}::regclass")
        return bool(value(known.format(Literal(table))) < 2 * self.undo.rows_to_do)

    def _begin(self) -> None:
        """Start at the top, or where an undo of the run was stopped: what it did is done."""
        self.undo.checkpoint = TOP
        earlier = None if self.again else undo_rules.stopped_undo(self.undo.run)
        if earlier is not None:
            self.undo.checkpoint = earlier.checkpoint
            self.undo.rows_done, self.undo.results = earlier.rows_done, earlier.results

    def _next(self, high: int, rows: int) -> int | None:
        """Return the lower end (exclusive) of the next chunk of `rows` rows below `high`."""
        lowest = value(
            SQL(
                "SELECT min(o) FROM (SELECT {o} AS o FROM {plan} WHERE {o} < {high} AND {o} <= {last} "
                "AND verdict IN ('create', 'update') AND outcome = {outcome} "
                "ORDER BY {o} DESC LIMIT {rows}) x"
            ).format(
                o=Identifier(self.order),
                plan=self.context.tables.plan,
                high=Literal(high),
                last=Literal(self.undo.run.checkpoint),
                outcome=Literal(self._range(0, TOP).outcome),
                rows=Literal(rows),
            )
        )
        return None if lowest is None else lowest - 1

    def write(self, span: Span) -> None:
        high, low = span
        with self.undo.hold(), self._audited():
            self._take_back(low, high)

    def size(self, span: Span) -> int:
        high, low = span
        return undo_step.count(self.context, self._range(low, high))

    def next_in(self, span: Span, rows: int) -> Span | None:
        if self.undo.checkpoint <= span[1] + 1:
            return None
        middle = self._next(self.undo.checkpoint, rows)
        return None if middle is None else (self.undo.checkpoint, max(middle, span[1]))

    def refuse(self, span: Span, error: Exception) -> None:
        """Keep the row that the database refuses to revert."""
        high, low = span
        number = value(
            SQL("SELECT p.number FROM {} p WHERE {}").format(
                self.context.tables.plan, self._range(low, high).where()
            )
        )
        with self.undo.hold():
            undo_rules.mark_kept(self.context, {number: explain(error, self.context)})
            self._record(low, 1, {}, 1)

    def _audited(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(
            audit_context(
                actor=self.undo.user or "command undo_import",
                real_actor=self.undo.real_user,
                reason=self.undo.reason or f"Undo of import run {self.undo.run_id}",
                source=UNDO,
                run=(IMPORT_RUN, self.undo.run_id),
            )
        )
        ignored = self.context.resource.undo_ignores()
        if ignored:
            stack.enter_context(pgtrigger.ignore(*ignored))
        return stack

    def _range(self, low: int, high: int) -> UndoRange:
        return UndoRange(self.order, low, high, self.undo.run.checkpoint, again=self.again)

    def _take_back(self, low: int, high: int) -> None:
        done = undo_step.take_back(self.context, self._range(low, high), self.trash)
        self._record(low, done.rows, done.tally, done.kept)

    def _made(self) -> None:
        """Remove the related records that the run created, unless somebody changed or uses them."""
        for made in undo_made.created_by_relation(self.context):
            self._check()
            with self.undo.hold(), self._audited():
                done = undo_step.take_made_back(self.context, made, self.trash)
                self._record(self.undo.checkpoint - 1, 0, done.tally, done.kept)

    def _record(self, low: int, done: int, tally: Tally, kept: int) -> None:
        undo = self.undo
        records = undo.results.setdefault("records", {})
        for key, counts in tally.items():
            undo_tally.add(records, key, counts)
        undo.results["removed"] = undo_tally.removed(records)
        undo.results["reverted"] = undo_tally.reverted(records)
        undo.results["kept"] = undo.results.get("kept", 0) + kept
        undo.checkpoint = low + 1
        undo.rows_done += done
        undo.heartbeat_at, undo.failures = Now(), 0
        undo.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at", "failures"])
