"""Advances a run as far as possible without a person. Called by the task and by the command."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.job_attempts import attempt
from apps.core.jobs import JobCanceledError
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
from apps.transfers.engine.runs.endings import (
    applied_state,
    end_canceled,
    end_failed,
    handed_over,
    mail_result,
)
from apps.transfers.engine.runs.events import record_import
from apps.transfers.engine.runs.permissions import check_may_act_for, check_may_import
from apps.transfers.engine.schema import Tables, drop, has_rows
from apps.transfers.engine.stage import stager
from apps.transfers.failures import (
    TooManyRefusedError,
)
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching, Reading
from apps.transfers.uploads import upload_verify

logger = logging.getLogger(__name__)
State = ImportRun.State


def advance(run_id: int) -> ImportRun | None:
    """Claim the run and advance it until it needs a person or ends; None if there is nothing to do."""
    run = ImportRun.claim(run_id)
    if run is None:
        return None
    attempt(
        run,
        partial(_counted_steps, run),
        name=f"Run {run.pk}",
        canceled=partial(end_canceled, run),
        failed=partial(end_failed, run),
    )
    return run


def _counted_steps(run: ImportRun) -> None:
    try:
        _steps(run)
    except TooManyRefusedError as error:
        run.counts = {"refused": error.rows}
        raise


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
    """Set the next state in a transaction that holds the claim."""
    changes |= {"state": state, "seconds": run.seconds, "peak_rss_mb": run.peak_rss_mb}
    with run.hold():
        for name, value in changes.items():
            setattr(run, name, value)
        run.save(update_fields=list(changes))


def read(run: ImportRun) -> None:
    """uploaded → read: detect the file's format, and suggest what its columns mean."""
    with _phase(run, "read"):
        source = source_of(run)
        findings = source.findings if source.findings.needs_sheet else source.survey()
        if not findings.needs_sheet and not findings.rows:
            raise DomainError("The file has a header but no rows.")
        dataset = registry.get(run.dataset)
        earlier = Matching.from_json(run.matching) if run.matching else None
        if earlier and run.attempt_of:
            # The corrected file: its columns may have moved, but what was approved still holds.
            approved = earlier.create_missing
            theirs = run.attempt_of.findings.get("headers", findings.headers)
            earlier = carried_over(earlier, theirs, findings.headers)
            earlier.create_missing = approved
        matching = earlier or suggest_matching(
            dataset, findings, remembered_matching(run, findings.headers, findings.content)
        )
    with handed_over(
        run,
        State.READ,
        findings=findings.to_json(),
        content_digest=findings.content,
        matching=matching.to_json(),
        rows=findings.rows,
    ):
        pass


def _found_reading(run: ImportRun) -> Reading:
    """The settings that reading found, so that staging need not detect them again."""
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
    """staged → planned; back to matched if the staging table was lost or emptied, which PostgreSQL
    does to unlogged tables when it recovers from a crash.
    """
    if not has_rows(Tables(run.pk).stage):
        _move(run, State.MATCHED)
        stage(run)
    with _phase(run, "plan"), progress.stored_progress(run, "steps") as tell:
        summary = planner.plan(context_of(run), tell)
    _check_stop(run, summary)
    run.counts, run.causes = summary["counts"], summary["causes"]
    if run.source != "command":
        # Do this before the run is planned: from then on a person may confirm it, and a worker
        # must be able to claim it.
        index_for_search(run, search_columns(run))
    with handed_over(
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
    """Stop if the plan refuses as many rows as the agent has set as a limit."""
    refused, limit = summary["counts"].get("refused", 0), run.matching.get("stop_after", 0)
    if limit and refused >= limit:
        why = next(cause for verdict, cause, _ in summary["causes"] if verdict == "refused")
        raise TooManyRefusedError(
            refused, limit, f"Most often: {cause_label(run, 'refused', why)}."
        )


def apply(run: ImportRun) -> None:
    """confirmed → applying → applied, or applied in part if rows drifted or were refused."""
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
        try:
            Applier(context, before_chunk=before_chunk).apply()
        except Stopped as error:
            raise DomainError(f"Nothing was applied: {error}") from error
    with handed_over(run, applied_state(run), ended_at=timezone.now()):
        record_import(run)
        mail_result(run)
    drop(Tables(run.pk).stage)
