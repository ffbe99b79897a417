"""How an import ends or waits for a person: state, figures, events, and e-mail are written together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from apps.core.jobs import ClaimLostError
from apps.transfers.engine.runs.events import reason_of_cancel, record_import
from apps.transfers.engine.schema import Tables, drop
from apps.transfers.mails import import_mail_queue
from apps.transfers.models import ImportRun

State = ImportRun.State
_MEASURED = ("seconds", "peak_rss_mb", "counts")


@contextmanager
def handed_over(run: ImportRun, state: str, **changes: Any) -> Iterator[None]:
    """Set a state in which no worker has the run, together with what is written inside."""
    changes |= {"state": state, "seconds": run.seconds, "peak_rss_mb": run.peak_rss_mb}
    with run.hand_over(**changes):
        yield


def end_canceled(run: ImportRun, why: str) -> None:
    """Record exactly what was done before the run stopped: nothing, or up to the last checkpoint."""
    _reload(run)
    if run.has_ended:
        return
    done = sum(run.results.get(key, 0) for key in ("created", "updated"))
    if done and run.rows_done >= run.rows_to_do:
        # The request came too late: nothing is left to stop.
        _end(run, applied_state(run), "")
        return
    state = State.APPLIED_IN_PART if done else State.CANCELED
    reason = reason_of_cancel(run)
    why = why or (f"Canceled ({reason})" if reason else "Canceled")
    error = (
        f"{why}: {run.rows_done:,} of {run.rows_to_do:,} rows were applied, up to row "
        f"{run.checkpoint:,}. The others were not touched."
        if done
        else f"{why} before anything was changed."
    )
    _end(run, state, error)


def _reload(run: ImportRun) -> None:
    """Reload the stored values, discarding unsaved ones except measurements."""
    measured = {name: getattr(run, name) for name in _MEASURED}
    run.refresh_from_db()
    for name, value in measured.items():
        setattr(run, name, value)


def applied_state(run: ImportRun) -> str:
    in_part = bool(run.results.get("drifted") or run.results.get("refused"))
    return State.APPLIED_IN_PART if in_part else State.APPLIED


def end_failed(run: ImportRun, error: str) -> None:
    _reload(run)
    done = sum(run.results.get(key, 0) for key in ("created", "updated"))
    if done:
        error = f"{error} Stopped after {run.rows_done:,} of {run.rows_to_do:,} rows."
    _end(run, State.APPLIED_IN_PART if done else State.FAILED, error)


def _end(run: ImportRun, state: str, error: str) -> None:
    measured = {name: getattr(run, name) for name in _MEASURED}
    try:
        ended = {"state": state, "error": error, "ended_at": timezone.now()} | measured
        with run.hand_over(cancelable=False, **ended):
            if state in ImportRun.APPLIED_STATES:
                record_import(run)
            mail_result(run)
    except ClaimLostError:
        return
    drop(Tables(run.pk).stage)


def mail_result(run: ImportRun) -> None:
    """E-mail the agent that the import has ended; the page updates by itself."""
    if run.user_id and run.confirmed_at:
        import_mail_queue(run)
