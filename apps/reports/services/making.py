"""Makes the file of a report: in the request if it is small, otherwise in a worker."""

import logging
from contextlib import nullcontext
from functools import partial

from django.core.files.base import ContentFile
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.accounts.disclosures import disclosure_of_file
from apps.accounts.models import User
from apps.audit import event_kinds
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.errors import DomainError
from apps.core.job_attempts import attempt
from apps.core.jobs import ClaimLostError
from apps.core.statement_timeout import statement_limit, was_cut
from apps.reports.formats import render
from apps.reports.models import ReportRun
from apps.reports.models.run import run_path
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.results import ReportResult
from apps.reports.services.retention import FILES_KEPT_FOR
from apps.reports.services.runs import report_run_send

logger = logging.getLogger(__name__)
State = ReportRun.State

# What is more, or takes longer to read, is left to a worker.
ROWS_AT_ONCE = 1_000
SECONDS_AT_ONCE = 3.0


class TooLongError(DomainError):
    """A report that takes longer than a page can wait."""

    def __init__(self) -> None:
        super().__init__(
            "This report takes too long for a page. Choose a format: a worker makes the file."
        )


def report_run_advance(*, run_id: int, in_request: bool = False) -> ReportRun:
    """Claim a run and make its file, unless another worker has it; return the run as it is then.

    In a request (`in_request`), a large report is left to a worker instead.
    """
    run = ReportRun.claim(run_id, state=State.RUNNING)
    if run is not None:
        attempt(
            run,
            partial(_make, run, in_request),
            name=f"Report run {run.pk}",
            canceled=partial(_end_canceled, run),
            failed=partial(_end, run, State.FAILED),
            stops_at_once=True,
        )
    return ReportRun.objects.select_related("started_by").get(pk=run_id)


def made_at_once(
    definition: ReportDefinition, params: dict[str, str], user: User | None, *, as_file: bool
) -> ReportResult:
    """Return a report's result within the time that a page can wait. Raises `TooLongError`."""
    try:
        with transaction.atomic(), statement_limit(SECONDS_AT_ONCE):
            return definition.run(params, user, as_file=as_file)
    except OperationalError as error:
        if was_cut(error):
            raise TooLongError from error
        raise


def _make(run: ReportRun, in_request: bool) -> None:
    definition = get_report(run.report)
    # Their rights are those of now: a run may have waited.
    reader = User.objects.get(pk=run.started_by_id) if run.started_by_id else None
    if reader is not None and not definition.may_view(reader):
        raise DomainError(f"{reader} may no longer view this report ({definition.permission}).")
    scope_key = definition.scope_key(reader)
    try:
        result = (
            made_at_once(definition, run.params, reader, as_file=True)
            if in_request
            else definition.run(run.params, reader)
        )
    except TooLongError:
        return _leave_to_a_worker(run)
    if in_request and result.row_count > ROWS_AT_ONCE:
        return _leave_to_a_worker(run)
    with run.hold():
        # What the page says meanwhile.
        run.period, run.row_count = result.period, result.row_count
        run.save(update_fields=["period", "row_count"])
    file = render(result, run.format)
    path = run_path(run, file.name)
    with run.hand_over(
        state=State.SUCCEEDED,
        scope_key=scope_key[:200],
        size=len(file.content),
        file=path,
        error="",
        ended_at=timezone.now(),
        expires_at=timezone.now() + FILES_KEPT_FOR,
    ):
        storage = ReportRun.file.field.storage
        storage.delete(path)
        storage.save(path, ContentFile(file.content))
        _record(run, result)
        if definition.reveals(reader):
            disclosure_of_file(
                page=f"report {run.report}",
                path=f"report run {run.pk}",
                rows=len(result.rows),
                user=run.started_by,
                real_user=run.real_started_by,
            )


def _leave_to_a_worker(run: ReportRun) -> None:
    with run.hand_over(state=State.QUEUED):
        report_run_send(run)


def _record(run: ReportRun, result: ReportResult) -> None:
    about = (
        audit_context(actor=run.started_by, real_actor=run.real_started_by)
        if run.started_by
        else nullcontext()
    )
    with about:
        record_event(event_kinds.EXPORT, target=run, format=run.format, rows=len(result.rows))


def _end_canceled(run: ReportRun, why: str) -> None:
    _end(run, State.CANCELED, f"{why}: no file was made." if why else "")


def _end(run: ReportRun, state: str, error: str = "") -> None:
    try:
        with run.hand_over(cancelable=False, state=state, error=error, ended_at=timezone.now()):
            pass
    except ClaimLostError:
        return
