"""Takes an import back, set-based and in chunks, last row first.

What the run created goes (to the trash where the model has one; a person is deactivated), what it
changed goes back field by field; whatever somebody changed afterwards is kept and says why.
"""

import logging
import time
from contextlib import ExitStack

import pgtrigger
from django.db import DataError, IntegrityError, OperationalError, connection
from django.utils import timezone

from apps.audit.context import audit_context
from apps.core.errors import DomainError
from apps.core.interruption import Interrupted, begin_to_end
from apps.core.jobs import ClaimLostError, JobCancelledError
from apps.core.uuid7 import uuid7
from apps.transfers.engine.apply.applier import CHUNK
from apps.transfers.engine.context import Context, context_of
from apps.transfers.engine.ranges import TOP, UndoRange, is_again, order_of
from apps.transfers.engine.runs.constraints import explain
from apps.transfers.engine.runs.events import record_undo
from apps.transfers.engine.runs.permissions import check_may_undo
from apps.transfers.engine.undo import chain as undo_chain
from apps.transfers.engine.undo import made_records as undo_made
from apps.transfers.engine.undo import rules as undo_rules
from apps.transfers.engine.undo import step as undo_step
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.tally import Tally
from apps.transfers.failures import log_failure, sentence_of
from apps.transfers.models import ImportRun, UndoRun

logger = logging.getLogger(__name__)
State = UndoRun.State
_RETRIES = 6
# Each row that the database does not take back costs a transaction of its own.
_MAX_REFUSALS = 500


def advance(undo_run_id: int) -> UndoRun | None:
    """Claim the undo and take it to its end; None where there is nothing to do."""
    undo = UndoRun.claim(undo_run_id)
    if undo is None:
        return None
    following: list[UndoRun] = []
    with undo.heart():
        try:
            following = Undoer(undo).run_all()
        except ClaimLostError:
            logger.warning("Undo %s was taken over by another worker.", undo.pk)
        except JobCancelledError:
            _end_canceled(undo, "Canceled")
        except Interrupted as signal:
            begin_to_end()
            if signal.in_worker:
                undo.let_go()
                raise
            _end_canceled(undo, f"Interrupted by {signal}")
        except DomainError as error:
            _end(undo, State.FAILED, error.message)
        except Exception as error:
            log_failure(logger, f"Undo {undo.pk}", error)
            if undo.let_go_after(error):
                raise
            _end(undo, State.FAILED, sentence_of(error))
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
            State.CANCELLED,
            f"{why}: {undo.rows_done:,} of {undo.rows_to_do:,} rows were undone; the others stay as they "
            "are. Undo the run again to go on.",
        )


def _end(undo: UndoRun, state: str, error: str = "") -> list[UndoRun]:
    """End the undo; return those that it makes possible, which are to be worked off next."""
    following: list[UndoRun] = []
    seconds = undo.seconds
    try:
        ended = {"state": state, "error": error, "ended_at": timezone.now(), "seconds": seconds}
        with undo.hand_over(cancellable=False, **ended):
            if state in (State.UNDONE, State.UNDONE_IN_PART):
                ImportRun.objects.filter(pk=undo.run_id).update(state=ImportRun.State.UNDONE)
                record_undo(undo)
                following = undo_chain.follow_ups(undo)
    except ClaimLostError:
        return []
    return following


class Undoer:
    def __init__(self, undo: UndoRun) -> None:
        self.undo = undo
        self.context: Context = context_of(undo.run)
        self.order = order_of(undo.run)
        self.again = is_again(undo.run)
        self.trash = undo_step.Trash(undo.user_id, uuid7())
        self.refused = 0

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
        while (low := self._next(self.undo.checkpoint, CHUNK)) is not None:
            self.context.actor = check_may_undo(self.undo.user, fresh=True)
            self._chunk(low, self.undo.checkpoint)
        self._made()

    def _analyze(self) -> None:
        """Tell the planner how large the tables are by now.

        Right after a large import they still count as small, and a chunk that reads a table once per row
        takes minutes. A table that is known to be large is left alone: that took a second for a few rows.
        """
        tables = sorted(
            {info.table for info in self.context.parts if self._may_count_as_small(info.table)}
        )
        if tables:
            self.context.execute(f"ANALYZE {', '.join(tables)}")

    def _may_count_as_small(self, table: str) -> bool:
        known = self.context.rows(
            "SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table]
        )
        return bool(known[0][0] < 2 * self.undo.rows_to_do)

    def _begin(self) -> None:
        """Begin at the top, or where an undo of the run was stopped: what it did is done."""
        self.undo.checkpoint = TOP
        earlier = None if self.again else undo_rules.stopped_undo(self.undo.run)
        if earlier is not None:
            self.undo.checkpoint = earlier.checkpoint
            self.undo.rows_done, self.undo.results = earlier.rows_done, earlier.results

    def _next(self, high: int, rows: int) -> int | None:
        """Return the lower end (exclusive) of the next chunk of `rows` rows below `high`."""
        found = self.context.rows(
            f"SELECT min(o), count(*) FROM (SELECT {self.order} AS o FROM {self.context.tables.plan} "
            f"WHERE {self.order} < %s AND {self.order} <= %s AND verdict IN ('create', 'update') "
            f"AND outcome = %s ORDER BY {self.order} DESC LIMIT %s) x",
            [high, self.undo.run.checkpoint, self._range(0, TOP).outcome, rows],
        )[0]
        return found[0] - 1 if found[1] else None

    def _chunk(self, low: int, high: int) -> None:
        for attempt in range(_RETRIES):
            try:
                with self.undo.hold(), self._audited():
                    self._take_back(low, high)
                return
            except (IntegrityError, DataError) as error:
                self._halve(low, high, error)
                return
            except OperationalError:
                if attempt == _RETRIES - 1 or connection.in_atomic_block:
                    raise
                time.sleep(0.1 * 2**attempt)

    def _halve(self, low: int, high: int, error: Exception) -> None:
        """Find the row that the database does not take back, and keep it alone."""
        rows = self._range(low, high)
        numbers = self.context.rows(
            f"SELECT p.number FROM {self.context.tables.plan} p WHERE {rows.where()} LIMIT 2",
            rows.params,
        )
        if len(numbers) == 1:
            if self.refused >= _MAX_REFUSALS:
                raise DomainError(
                    f"The undo stopped because the database rejected {self.refused:,} rows."
                )
            self.refused += 1
            with self.undo.hold():
                undo_rules.mark_kept(self.context, {numbers[0][0]: explain(error, self.context)})
                self._record(low, 1, {}, 1)
            return
        half = max(1, undo_step.count(self.context, rows) // 2)
        while self.undo.checkpoint > low + 1:
            middle = self._next(self.undo.checkpoint, half)
            if middle is None:
                return
            self._chunk(max(middle, low), self.undo.checkpoint)

    def _audited(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(
            audit_context(
                actor=self.undo.user or "command undo_import",
                real_actor=self.undo.real_user,
                reason=self.undo.reason or f"Undo of import run {self.undo.run_id}",
                import_run_id=self.undo.run_id,
                door="undo",
            )
        )
        ignored = self.context.resource.undo_ignores()
        if ignored:
            stack.enter_context(pgtrigger.ignore(*ignored))
        return stack

    def _range(self, low: int, high: int) -> UndoRange:
        return UndoRange(self.order, low, high, self.undo.run.checkpoint, again=self.again)

    def _take_back(self, low: int, high: int) -> None:
        rows = self._range(low, high)
        done = undo_step.take_back(self.context, rows, self.trash)
        self._record(low, done.rows, done.tally, done.kept)

    def _made(self) -> None:
        """The related records that the run created go where nobody has touched them and nothing uses them."""
        for made in undo_made.of(self.context):
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
        undo.heartbeat_at, undo.failures = timezone.now(), 0
        undo.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at", "failures"])
