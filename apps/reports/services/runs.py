"""Makes reports and records their runs."""

from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit import event_kinds
from apps.audit.context import real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.interruption import Interrupted, begin_to_end, shielded
from apps.reports.formats import RenderedFile, check_format, render
from apps.reports.models import ReportRun
from apps.reports.registry import get_report
from apps.reports.results import ReportResult


def report_make(
    *, report: str, params: Mapping[str, str], actor: Actor, as_file: bool = True
) -> ReportResult:
    """Make a report inside `actor`'s scope; nothing stands for the machine, which sees everything.

    Only a page shows personal data to people who may see it and not export it (`as_file`).

    Raises `MissingPermission`, and `DomainError` for an unknown report or a bad parameter.
    """
    definition = get_report(report)
    require(actor, definition.permission)
    # A name is a task's, which sees everything, like the system.
    return definition.run(params, user_or_none(actor), as_file=as_file)


def report_run(
    *, report: str, params: Mapping[str, str], format: str, source: str, actor: Actor
) -> tuple[ReportRun, RenderedFile]:
    """Make a report as a file; return its record, which keeps the file, and the file.

    A making that fails is kept as a failed run. Raises what `report_make` raises.
    """
    definition = get_report(report)
    check_format(format)
    run = ReportRun.objects.create(
        report=report,
        params={name: str(value) for name, value in definition.parse(params).items()},
        source=source,
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )
    try:
        result = report_make(report=report, params=params, actor=actor)
        file = render(result, format)
    except Interrupted as signal:
        begin_to_end()
        run_failed(run, signal)
        raise
    except Exception as error:
        run_failed(run, error)
        raise
    with shielded(), transaction.atomic():
        run_succeeded(run, result, file)
        record_event(
            event_kinds.EXPORT, actor=actor, target=run, format=format, rows=len(result.rows)
        )
    return run, file


def run_succeeded(run: ReportRun, result: ReportResult, file: RenderedFile) -> None:
    """Store the file and the end of a run. The caller holds a transaction."""
    run.state = ReportRun.State.SUCCEEDED
    run.period = result.period
    run.row_count = len(result.rows)
    run.ended_at = timezone.now()
    run.file.save(file.name, ContentFile(file.content), save=False)
    run.save()


def run_failed(run: ReportRun, error: BaseException) -> None:
    run.state = ReportRun.State.FAILED
    run.error = f"{type(error).__name__}: {error}"
    run.ended_at = timezone.now()
    run.save(update_fields=["state", "error", "ended_at"])
