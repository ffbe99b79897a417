"""Takes a run as far as it goes without a person. Called by the task and by the command alike."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.interruption import Interrupted, begin_to_end
from apps.core.jobs import ClaimLostError, JobCanceledError
from apps.core.memory import peak_rss_mb
from apps.transfers import registry
from apps.transfers.engine.apply.applier import Applier, Stopped
from apps.transfers.engine.context import context_of
from apps.transfers.engine.match.headers import carried_over, suggest_matching
from apps.transfers.engine.match.saved_matchings import remembered_matching
from apps.transfers.engine.match.source import source_of
from apps.transfers.engine.plan import planner
from apps.transfers.engine.plan.causes import cause_label
from apps.transfers.engine.plan.lists import index_for_search, search_columns
from apps.transfers.engine.runs import progress
from apps.transfers.engine.runs.approver import approver_of
from apps.transfers.engine.runs.events import reason_of_cancel, record_import
from apps.transfers.engine.runs.permissions import check_may_act_for, check_may_import
from apps.transfers.engine.schema import Tables, drop, has_rows
from apps.transfers.engine.stage import stager
from apps.transfers.failures import (
    TooManyRefusedError,
    is_out_of_space,
    log_failure,
    sentence_of,
)
from apps.transfers.mails import import_mail_queue
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching, Reading
from apps.transfers.uploads import upload_verify

logger = logging.getLogger(__name__)
State = ImportRun.State
_MEASURED = ("seconds", "peak_rss_mb", "counts")


def advance(run_id: int) -> ImportRun | None:
    """Claim the run and take it on until a person is asked or it ends; None where nobody is needed."""
    run = ImportRun.claim(run_id)
    if run is None:
        return None
    with run.keep_alive():
        try:
            _steps(run)
        except ClaimLostError:
            logger.warning("Run %s was taken over by another worker.", run.pk)
        except JobCanceledError:
            _end_canceled(run)
        except Interrupted as signal:
            begin_to_end()
            if signal.in_worker:
                raise
            _end_canceled(run, f"Interrupted by {signal}")
        except TooManyRefusedError as error:
            run.counts = {"refused": error.rows}
            _end_failed(run, error.message)
        except DomainError as error:
            _end_failed(run, error.message)
        except Stopped as error:
            _end_failed(run, f"Nothing was applied: {error}")
        except Exception as error:
            log_failure(logger, f"Run {run.pk}", error)
            if not is_out_of_space(error) and run.may_pass(error):
                # The database may have been away; the next attempt begins again at the checkpoint.
                raise
            _end_failed(run, sentence_of(error))
    return run


def _steps(run: ImportRun) -> None:
    if run.cancel_requested_at is not None:
        raise JobCanceledError
    if run.state == State.UPLOADED:
        read(run)
        return
    if run.state == State.MATCHED:
        stage(run)
    if run.state == State.STAGED:
        plan(run)
        return
    if run.state in (State.CONFIRMED, State.APPLYING):
        apply(run)


@contextmanager
def _phase(run: ImportRun, name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[name] = round(run.seconds.get(name, 0) + time.perf_counter() - started, 3)
        run.peak_rss_mb = round(max(run.peak_rss_mb or 0, peak_rss_mb()), 1)


def _move(run: ImportRun, state: str, **changes: object) -> None:
    """Go to the next state in a transaction that holds the claim."""
    changes |= {"state": state, "seconds": run.seconds, "peak_rss_mb": run.peak_rss_mb}
    with run.hold():
        for name, value in changes.items():
            setattr(run, name, value)
        run.save(update_fields=list(changes))


@contextmanager
def _handed_over(run: ImportRun, state: str, **changes: Any) -> Iterator[None]:
    """Go to a state in which the run is nobody's work, together with what is written inside."""
    changes |= {"state": state, "seconds": run.seconds, "peak_rss_mb": run.peak_rss_mb}
    with run.hand_over(**changes):
        yield


def read(run: ImportRun) -> None:
    """uploaded → read: find out what the file is, and suggest what its columns mean."""
    with _phase(run, "read"):
        source = source_of(run)
        findings = source.findings if source.findings.needs_sheet else source.survey()
        if not findings.needs_sheet and not findings.rows:
            raise DomainError("The file has a header but no rows.")
        dataset = registry.get(run.dataset)
        earlier = Matching.from_json(run.matching) if run.matching else None
        if earlier and run.attempt_of:
            # The mended file: its columns may stand elsewhere, what was approved still is.
            approved = earlier.create_missing
            theirs = run.attempt_of.findings.get("headers", findings.headers)
            earlier = carried_over(earlier, theirs, findings.headers)
            earlier.create_missing = approved
        matching = earlier or suggest_matching(
            dataset, findings, remembered_matching(run, findings.headers, findings.content)
        )
    with _handed_over(
        run,
        State.READ,
        findings=findings.to_json(),
        content_digest=findings.content,
        matching=matching.to_json(),
        rows=findings.rows,
    ):
        pass


def _found_reading(run: ImportRun) -> Reading:
    """What reading found, so that staging need not find it again."""
    asked, found = Reading.from_json(run.reading), Findings.from_json(run.findings)
    return Reading(
        encoding=asked.encoding or found.encoding,
        delimiter=asked.delimiter or found.delimiter,
        sheet=asked.sheet or found.sheet,
        header_row=asked.header_row or found.header_row,
    )


def stage(run: ImportRun) -> None:
    """matched → staged."""
    with _phase(run, "stage"):
        upload_verify(run.upload)
        source = source_of(run, _found_reading(run))
        with progress.stored_progress(run, "rows") as tell, transaction.atomic():
            rows = stager.stage(
                tables=Tables(run.pk),
                resource=registry.get(run.dataset),
                matching=Matching.from_json(run.matching),
                source=source,
                staged=lambda done: tell(done, run.rows),
            )
    _move(run, State.STAGED, rows=rows)


def plan(run: ImportRun) -> None:
    """staged → planned; back to matched where the staging table was lost, or emptied: PostgreSQL does
    so with what is unlogged when it recovers from a crash."""
    if not has_rows(Tables(run.pk).stage):
        _move(run, State.MATCHED)
        stage(run)
    with _phase(run, "plan"), progress.stored_progress(run, "steps") as tell:
        summary = planner.plan(context_of(run), tell)
    _check_stop(run, summary)
    run.counts, run.causes = summary["counts"], summary["causes"]
    if run.source != "command":
        # Before the run is planned: from then on a person may confirm it, and a worker must be able to take it.
        index_for_search(run, search_columns(run))
    with _handed_over(
        run,
        State.PLANNED,
        counts=summary["counts"],
        causes=summary["causes"],
        impacts=summary["impacts"],
        plan_facts={name: summary[name] for name in ("parts", "late", "words")},
        plan_token=summary["plan_token"],
        rows_to_do=summary["rows_to_do"],
        rows_done=0,
        checkpoint=0,
        results={},
        planned_at=timezone.now(),
    ):
        pass


def _check_stop(run: ImportRun, summary: dict[str, Any]) -> None:
    """Give up where the plan refuses as many rows as the agent would bear."""
    refused, limit = summary["counts"].get("refused", 0), run.matching.get("stop_after", 0)
    if limit and refused >= limit:
        why = next(cause for verdict, cause, _ in summary["causes"] if verdict == "refused")
        raise TooManyRefusedError(
            refused, limit, f"Most often: {cause_label(run, 'refused', why)}."
        )


def apply(run: ImportRun) -> None:
    """confirmed → applying → applied, or applied in part where rows drifted or were refused."""
    if run.state == State.CONFIRMED:
        _move(run, State.APPLYING)

    context = context_of(run)

    def before_chunk() -> None:
        # Permissions or scope may have been revoked since the last chunk.
        may = partial(
            check_may_import,
            resource=registry.get(run.dataset),
            create_missing=context.matching.create_missing,
            fresh=True,
        )
        context.actor = may(run.user)
        check_may_act_for(run.real_user, run.user)
        if (second := approver_of(run)) is not None:
            may(second)

    with _phase(run, "apply"):
        Applier(context, before_chunk=before_chunk).apply()
    with _handed_over(run, _applied_state(run), ended_at=timezone.now()):
        record_import(run)
        _mail_result(run)
    drop(Tables(run.pk).stage)


def _end_canceled(run: ImportRun, why: str = "") -> None:
    """Say exactly what was done before the run stopped: nothing, or up to the last checkpoint."""
    _reload(run)
    if run.has_ended:
        return
    done = sum(run.results.get(key, 0) for key in ("created", "updated"))
    if done and run.rows_done >= run.rows_to_do:
        # It came too late: nothing is left to stop.
        _end(run, _applied_state(run), "")
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
    """Read what is on record, instead of what this instance was about to write, and keep what it measured."""
    measured = {name: getattr(run, name) for name in _MEASURED}
    run.refresh_from_db()
    for name, value in measured.items():
        setattr(run, name, value)


def _applied_state(run: ImportRun) -> str:
    in_part = bool(run.results.get("drifted") or run.results.get("refused"))
    return State.APPLIED_IN_PART if in_part else State.APPLIED


def _end_failed(run: ImportRun, error: str) -> None:
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
            _mail_result(run)
    except ClaimLostError:
        return
    drop(Tables(run.pk).stage)


def _mail_result(run: ImportRun) -> None:
    """E-mail the agent that the import has ended; the page shows it by itself."""
    if run.user_id and run.confirmed_at:
        import_mail_queue(run)
