"""One worker's attempt at a bulk action: claim it, do what its state says, and write how it ended."""

from functools import partial

from django.utils import timezone

from apps.bulk.engine.applier import apply_chunk
from apps.bulk.engine.context import audited, undo_audited
from apps.bulk.engine.events import record_applied, record_undone
from apps.bulk.engine.planner import make_plan
from apps.bulk.engine.undoer import undo_chunk
from apps.bulk.models import BulkRun
from apps.core.chunks import retried
from apps.core.job_attempts import attempt
from apps.core.jobs import ClaimLostError

State = BulkRun.State


def advance(run_id: int) -> BulkRun | None:
    """Claim the run and do what is to be done; None if there is nothing."""
    run = BulkRun.claim(run_id)
    if run is None:
        return None
    work = {State.PLANNING: make_plan, State.APPLYING: _apply, State.UNDOING: _undo}
    attempt(
        run,
        partial(work[State(run.state)], run),
        name=f"Bulk action {run.pk}",
        canceled=lambda why: _end_stopped(run, State.CANCELED, f"{why or 'Canceled'}."),
        failed=lambda sentence: _end_stopped(run, State.FAILED, sentence),
        # A plan is one statement, of which a stopped one leaves nothing.
        stops_at_once=run.state == State.PLANNING,
    )
    return run


def _apply(run: BulkRun) -> None:
    while retried(partial(apply_chunk, run)):
        pass
    _end(run, State.APPLIED_IN_PART if run.results.get("left") else State.APPLIED)


def _undo(run: BulkRun) -> None:
    while retried(partial(undo_chunk, run)):
        pass
    _end(run, State.UNDONE_IN_PART if run.results.get("kept") else State.UNDONE)


def _end_stopped(run: BulkRun, state: str, why: str) -> None:
    """Record how far the run came. What is done stays done, and can be undone."""
    run.refresh_from_db()
    if run.state == State.UNDOING:
        undone, rest = run.results.get("undone", 0), run.changed
        _end(run, State.UNDO_STOPPED, f"{why} {undone:,} were undone; {rest:,} are still changed.")
    elif run.state == State.APPLYING:
        done = run.results.get("changed", 0)
        told = f"{done:,} of {run.rows_to_do:,} records were changed. The others were not touched."
        _end(run, state, f"{why} {told}")
    elif run.state == State.PLANNING:
        _end(run, state, f"{why} Nothing was changed.")


def _end(run: BulkRun, state: str, error: str = "") -> None:
    is_undo = run.state == State.UNDOING
    try:
        with run.hand_over(cancelable=False, state=state, error=error, ended_at=timezone.now()):
            if is_undo:
                with undo_audited(run):
                    record_undone(run)
            elif run.results.get("changed"):
                with audited(run):
                    record_applied(run)
    except ClaimLostError:
        return
