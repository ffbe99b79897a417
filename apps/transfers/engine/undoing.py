"""Takes an import back, set-based and in chunks, last row first.

What the run created goes (to the trash where the model has one; a person is deactivated), what it
changed goes back field by field; whatever somebody changed afterwards is kept and says why.
"""

import logging
import time
from contextlib import ExitStack
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from apps.audit.context import audit_context
from apps.core.errors import DomainError
from apps.core.jobs import ClaimLostError, JobCancelledError
from apps.core.uuid7 import uuid7
from apps.transfers.engine import reviving, undo_rules, writing
from apps.transfers.engine.applying import CHUNK
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.permissions import check_may_undo
from apps.transfers.engine.plan_table import LATE
from apps.transfers.engine.recording import record_undo
from apps.transfers.engine.running import context_of
from apps.transfers.engine.tables import alive, has_trash
from apps.transfers.engine.undo_rules import UndoRange
from apps.transfers.models import ImportRun, UndoRun

logger = logging.getLogger(__name__)
State = UndoRun.State
_RETRIES = 6
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
                raise
            _end(undo, State.FAILED, "It failed for a reason of ours, which was recorded.")
    return undo


def _end(undo: UndoRun, state: str, error: str = "") -> None:
    try:
        with undo.hold(cancellable=False):
            undo.state, undo.error, undo.ended_at = state, error, timezone.now()
            undo.save(update_fields=["state", "error", "ended_at"])
            if state in (State.UNDONE, State.UNDONE_IN_PART):
                ImportRun.objects.filter(pk=undo.run_id).update(state=ImportRun.State.UNDONE)
                record_undo(undo)
        undo.release()
    except ClaimLostError:
        return


class Undoer:
    def __init__(self, undo: UndoRun) -> None:
        self.undo = undo
        self.context: Context = context_of(undo.run)
        self.order = "seq" if undo.run.plan_facts.get("late") else "number"
        self.trash_id = uuid7()

    def run_all(self) -> None:
        started = time.perf_counter()
        if self.undo.state == State.CONFIRMED:
            with self.undo.hold():
                self.undo.state = State.UNDOING
                self.undo.checkpoint = TOP
                self.undo.save(update_fields=["state", "checkpoint"])
        while (low := self._next(self.undo.checkpoint)) is not None:
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

    def _next(self, high: int) -> int | None:
        """Return the lower end (exclusive) of the next chunk below `high`."""
        found = self.context.rows(
            f"SELECT min(o), count(*) FROM (SELECT {self.order} AS o FROM {self.context.tables.plan} "
            f"WHERE {self.order} < %s AND {self.order} <= %s AND verdict IN ('create', 'update') "
            f"AND outcome = '' ORDER BY {self.order} DESC LIMIT %s) x",
            [high, self.undo.run.checkpoint, CHUNK],
        )[0]
        return found[0] - 1 if found[1] else None

    def _chunk(self, low: int, high: int) -> None:
        for attempt in range(_RETRIES):
            try:
                with self.undo.hold(), self._audited():
                    self._take_back(low, high)
                return
            except OperationalError:
                if attempt == _RETRIES - 1 or connection.in_atomic_block:
                    raise
                time.sleep(0.1 * 2**attempt)

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
                kept.setdefault(number, why)
            if context.has_planned(info, "create"):
                removed += self._remove(info, rows, sorted(kept))
            if context.has_planned(info, "update"):
                for number, why in undo_rules.kept_changes(context, info, rows).items():
                    kept.setdefault(number, why)
                reverted += self._revert(info, rows, sorted(kept))
        context.execute("SET CONSTRAINTS ALL IMMEDIATE")
        context.execute("SET CONSTRAINTS ALL DEFERRED")
        if kept:
            undo_rules.mark_kept(context, kept)
        total = context.rows(
            f"SELECT count(*) FROM {context.tables.plan} p WHERE {rows.where()}", rows.params
        )[0][0]
        self._record(low, total + len(kept), removed, reverted, len(kept))

    def _remove(self, info: PartInfo, rows: UndoRange, kept: list[int]) -> int:
        condition = (
            f"t.id IN (SELECT p.id_{info.name} FROM {self.context.tables.plan} p "
            f"WHERE {rows.where()} AND p.op_{info.name} = 'c' AND p.number <> ALL(%s))"
            f"{info.alive('t')}"
        )
        return self._remove_where(info, condition, [*rows.params, kept])

    def _remove_where(self, info: PartInfo, condition: str, params: list[Any]) -> int:
        if info.part.undo:
            sets = ", ".join(f"{name} = {literal}" for name, literal in info.part.undo.items())
            return self.context.execute(
                f"UPDATE {info.table} t SET {sets} WHERE {condition}", params
            )
        if info.soft_delete:
            return _trash(self.context, info.table, condition, params, self.undo, self.trash_id)
        return self.context.execute(f"DELETE FROM {info.table} t WHERE {condition}", params)

    def _revert(self, info: PartInfo, rows: UndoRange, kept: list[int]) -> int:
        """Put back each field that still has what the run wrote."""
        sets, differs = [], []
        for field in info.fields.values():
            if not field.is_given:
                continue
            before = f"p.changes->'{field.source}'->>0"
            after = f"p.changes->'{field.source}'->>1"
            value = f"({before}){field.cast}" if field.cast else f"COALESCE({before}, '')"
            written = f"NULLIF({after}, ''){field.cast}" if field.cast else after
            if field.source in self.context.relations:
                written = f"NULLIF(p.i_{field.source}, ''){field.cast}"
            same = (
                f"(jsonb_exists(p.changes, '{field.source}') "
                f"AND t.{field.column} IS NOT DISTINCT FROM {written})"
            )
            sets.append(f"{field.column} = CASE WHEN {same} THEN {value} ELSE t.{field.column} END")
            differs.append(same)
        again = reviving.undo_sets(info)
        sets += again
        if again:
            differs.append(reviving.still_back(info))
        if not sets:
            return 0
        return self.context.execute(
            f"UPDATE {info.table} t SET {', '.join(sets)} FROM {self.context.tables.plan} p "
            f"WHERE {rows.where()} AND p.op_{info.name} = 'u' AND t.id = p.id_{info.name} "
            f"AND ({' OR '.join(differs)}){info.alive('t')}",
            [*([kept] * len(again)), *rows.params],
        )

    def _made(self) -> None:
        """The related records that the run created go where nothing uses them."""
        context = self.context
        for name in context.relations:
            relation = context.columns[name].relation
            if relation is None or name not in context.matching.create_missing:
                continue
            model: Any = apps.get_model(relation.model)
            table = connection.ops.quote_name(model._meta.db_table)
            used = undo_rules.used_elsewhere(context, model, "t", exclude_own=False)
            condition = (
                f"t.id IN (SELECT m.id FROM {context.tables.made} m WHERE m.relation = %s "
                f"AND m.outcome = 'applied') AND NOT ({used})"
            )
            with self.undo.hold(), self._audited():
                if has_trash(model):
                    condition += alive(model, "t")
                    removed = _trash(context, table, condition, [name], self.undo, self.trash_id)
                else:
                    removed = context.execute(f"DELETE FROM {table} t WHERE {condition}", [name])
                self.undo.results["removed"] = self.undo.results.get("removed", 0) + removed
                self.undo.save(update_fields=["results"])

    def _record(self, low: int, done: int, removed: int, reverted: int, kept: int) -> None:
        undo = self.undo
        for key, value in (("removed", removed), ("reverted", reverted), ("kept", kept)):
            undo.results[key] = undo.results.get(key, 0) + value
        undo.checkpoint = low + 1
        undo.rows_done += done
        undo.heartbeat_at = timezone.now()
        undo.save(update_fields=["results", "checkpoint", "rows_done", "heartbeat_at"])


def _trash(
    context: Context, table: str, condition: str, params: list[Any], undo: UndoRun, trash_id: Any
) -> int:
    return context.execute(
        f"UPDATE {table} t SET deleted_at = now(), deleted_by_id = %s, trash_id = %s WHERE {condition}",
        [undo.user_id, trash_id, *params],
    )
