"""Takes an import back, set-based and in chunks, last row first.

What the run created goes (to the trash where the model has one; a person is deactivated), what it
changed goes back field by field; whatever somebody changed afterwards is kept and says why.
"""

import logging
import time
from contextlib import ExitStack
from typing import Any

import pgtrigger
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone

from apps.audit.context import audit_context
from apps.core.errors import DomainError
from apps.core.jobs import ClaimLostError, JobCancelledError
from apps.core.uuid7 import uuid7
from apps.transfers.engine import reviving, undo_made, undo_rules, writing
from apps.transfers.engine.applying import CHUNK
from apps.transfers.engine.constraints import explain
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.failing import sentence_of
from apps.transfers.engine.permissions import check_may_undo
from apps.transfers.engine.plan_table import LATE
from apps.transfers.engine.recording import record_undo
from apps.transfers.engine.running import context_of
from apps.transfers.engine.tables import has_trash
from apps.transfers.engine.undo_rules import Kept, UndoRange
from apps.transfers.engine.undo_values import fields_back
from apps.transfers.models import ImportRun, UndoRun

logger = logging.getLogger(__name__)
State = UndoRun.State
_RETRIES = 6
# Each row that the database does not take back costs a transaction of its own.
_MAX_REFUSALS = 500
# Above every number: where an undo begins.
TOP = 2 * LATE


def advance(undo_run_id: int) -> UndoRun | None:
    """Claim the undo and take it to its end; None where there is nothing to do."""
    undo = UndoRun.claim(undo_run_id)
    if undo is None:
        return None
    with undo.heart():
        try:
            Undoer(undo).run_all()
        except ClaimLostError:
            logger.warning("Undo %s was taken over by another worker.", undo.pk)
        except JobCancelledError:
            _end(undo, State.CANCELLED, "Cancelled: the rows not yet taken back stay as they are.")
        except DomainError as error:
            _end(undo, State.FAILED, error.message)
        except Exception as error:
            logger.exception("Undo %s failed.", undo.pk)
            if isinstance(error, OperationalError | InterfaceError) and undo.attempts < 5:
                undo.let_go()
                raise
            _end(undo, State.FAILED, sentence_of(error))
    return undo


def _end(undo: UndoRun, state: str, error: str = "") -> None:
    try:
        with undo.hand_over(cancellable=False, state=state, error=error, ended_at=timezone.now()):
            if state in (State.UNDONE, State.UNDONE_IN_PART):
                ImportRun.objects.filter(pk=undo.run_id).update(state=ImportRun.State.UNDONE)
                record_undo(undo)
    except ClaimLostError:
        return


class Undoer:
    def __init__(self, undo: UndoRun) -> None:
        self.undo = undo
        self.context: Context = context_of(undo.run)
        self.order = "seq" if undo.run.plan_facts.get("late") else "number"
        self.trash_id = uuid7()
        self.refused = 0

    def run_all(self) -> None:
        started = time.perf_counter()
        if self.undo.state == State.CONFIRMED:
            with self.undo.hold():
                self.undo.state = State.UNDOING
                self._begin()
                self.undo.save(update_fields=["state", "checkpoint", "rows_done", "results"])
        while (low := self._next(self.undo.checkpoint, CHUNK)) is not None:
            self.context.actor = check_may_undo(self.undo.user, fresh=True)
            self._chunk(low, self.undo.checkpoint)
        self._made()
        with self.undo.hold():
            self.undo.seconds["undo"] = round(
                self.undo.seconds.get("undo", 0) + time.perf_counter() - started, 3
            )
            self.undo.save(update_fields=["seconds"])
        kept = self.undo.results.get("kept", 0)
        _end(self.undo, State.UNDONE_IN_PART if kept else State.UNDONE)

    def _begin(self) -> None:
        """Begin at the top, or where an undo of the run was stopped: what it did is done."""
        self.undo.checkpoint = TOP
        earlier = undo_rules.stopped_undo(self.undo.run)
        if earlier is not None:
            self.undo.checkpoint = earlier.checkpoint
            self.undo.rows_done, self.undo.results = earlier.rows_done, earlier.results

    def _next(self, high: int, rows: int) -> int | None:
        """Return the lower end (exclusive) of the next chunk of `rows` rows below `high`."""
        found = self.context.rows(
            f"SELECT min(o), count(*) FROM (SELECT {self.order} AS o FROM {self.context.tables.plan} "
            f"WHERE {self.order} < %s AND {self.order} <= %s AND verdict IN ('create', 'update') "
            f"AND outcome = '' ORDER BY {self.order} DESC LIMIT %s) x",
            [high, self.undo.run.checkpoint, rows],
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
        rows = UndoRange(self.order, low, high, self.undo.run.checkpoint)
        numbers = self.context.rows(
            f"SELECT p.number FROM {self.context.tables.plan} p WHERE {rows.where()} LIMIT 2",
            rows.params,
        )
        if len(numbers) == 1:
            if self.refused >= _MAX_REFUSALS:
                raise DomainError(f"The database refused {self.refused:,} rows, so it was stopped.")
            self.refused += 1
            with self.undo.hold():
                undo_rules.mark_kept(self.context, {numbers[0][0]: explain(error, self.context)})
                self._record(low, 1, {"kept": 1})
            return
        half = max(1, self._count(rows) // 2)
        while self.undo.checkpoint > low + 1:
            middle = self._next(self.undo.checkpoint, half)
            if middle is None:
                return
            self._chunk(max(middle, low), self.undo.checkpoint)

    def _count(self, rows: UndoRange) -> int:
        return int(
            self.context.rows(
                f"SELECT count(*) FROM {self.context.tables.plan} p WHERE {rows.where()}",
                rows.params,
            )[0][0]
        )

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

    def _take_back(self, low: int, high: int) -> None:
        context = self.context
        rows = UndoRange(self.order, low, high, self.undo.run.checkpoint)
        context.execute("SELECT pg_advisory_xact_lock(%s)", [writing.LOCK])
        for info in context.parts:
            context.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {info.table} t WHERE t.id IN "
                f"(SELECT p.id_{info.name} FROM {context.tables.plan} p WHERE {rows.where()} "
                f"AND p.op_{info.name} IS NOT NULL) ORDER BY t.id FOR UPDATE OF t) locked",
                rows.params,
            )
        kept = undo_rules.kept_by_rules(context, rows)
        removed = reverted = 0
        for info in reversed(context.parts):
            for number, why in undo_rules.kept_creations(context, info, rows).items():
                kept.add(number, why)
            if context.has_planned(info, "create"):
                removed += self._remove(info, rows, kept)
            if context.has_planned(info, "update"):
                for number, why in undo_rules.kept_changes(context, info, rows).items():
                    kept.add(number, why)
                reverted += self._revert(info, rows, kept)
        context.execute("SET CONSTRAINTS ALL IMMEDIATE")
        context.execute("SET CONSTRAINTS ALL DEFERRED")
        total = self._count(rows)
        undo_rules.mark_kept(context, kept.why)
        self._record(low, total, {"removed": removed, "reverted": reverted, "kept": len(kept.why)})

    def _remove(self, info: PartInfo, rows: UndoRange, kept: Kept) -> int:
        condition = (
            f"t.id IN (SELECT p.id_{info.name} FROM {self.context.tables.plan} p "
            f"WHERE {rows.where()} AND p.op_{info.name} = 'c' AND p.number <> ALL(%s))"
            f"{info.alive('t')}"
        )
        params = [*rows.params, kept.numbers]
        if info.part.undo:
            sets = ", ".join(f"{name} = {literal}" for name, literal in info.part.undo.items())
            return self.context.execute(
                f"UPDATE {info.table} t SET {sets} WHERE {condition}", params
            )
        return self._take_away(info.model, info.table, condition, params)

    def _revert(self, info: PartInfo, rows: UndoRange, kept: Kept) -> int:
        """Put back each field that still has what the run wrote."""
        sets, goes_back = [], []
        for back in fields_back(self.context, info):
            goes, column = back.is_mine, back.field.column
            for stays in (back.taken, kept.field_stays(info, back.field.source)):
                if stays:
                    goes += f" AND NOT {stays}"
            sets.append(f"{column} = CASE WHEN {goes} THEN {back.before} ELSE t.{column} END")
            goes_back.append(f"({goes})")
        again = reviving.undo_sets(info)
        sets += again
        if again:
            goes_back.append(reviving.still_back(info))
        if not sets:
            return 0
        return self.context.execute(
            f"UPDATE {info.table} t SET {', '.join(sets)} FROM {self.context.tables.plan} p "
            f"WHERE {rows.where()} AND p.op_{info.name} = 'u' AND t.id = p.id_{info.name} "
            f"AND ({' OR '.join(goes_back)}){info.alive('t')}",
            [*([kept.numbers] * len(again)), *rows.params],
        )

    def _made(self) -> None:
        """The related records that the run created go where nobody has touched them and nothing uses them."""
        everything = UndoRange(self.order, 0, TOP, self.undo.run.checkpoint)
        for made in undo_made.of(self.context):
            with self.undo.hold(), self._audited():
                removed = self._take_away(made.model, made.table, made.to_remove(), [])
                kept = Kept()
                undo_made.add_kept(self.context, made, everything, kept, exclude_own=False)
                marked = undo_rules.mark_kept(self.context, kept.why)
                self._record(self.undo.checkpoint - 1, 0, {"removed": removed, "kept": marked})

    def _take_away(self, model: Any, table: str, condition: str, params: list[Any]) -> int:
        """Move records to the trash; where their model has none they go for good."""
        if not has_trash(model):
            return self.context.execute(f"DELETE FROM {table} t WHERE {condition}", params)
        return self.context.execute(
            f"UPDATE {table} t SET deleted_at = now(), deleted_by_id = %s, trash_id = %s "
            f"WHERE {condition}",
            [self.undo.user_id, self.trash_id, *params],
        )

    def _record(self, low: int, done: int, result: dict[str, int]) -> None:
        undo = self.undo
        for key, value in result.items():
            undo.results[key] = undo.results.get(key, 0) + value
        undo.checkpoint = low + 1
        undo.rows_done += done
        undo.heartbeat_at = timezone.now()
        undo.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at"])
