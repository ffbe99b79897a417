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
from apps.core.errors import DomainError
from apps.core.interruption import Interrupted, begin_to_end, shielded
from apps.reports.formats import FORMATS
from apps.reports.models import ReportRun
from apps.reports.registry import ReportDefinition, Result, get_report


def report_make(*, report: str, params: Mapping[str, str], actor: Actor) -> Result:
    """Make a report inside `actor`'s scope; nothing stands for the machine, which sees everything.

    Raises `MissingPermission`, and `DomainError` for an unknown report or a bad parameter.
    """
    definition = get_report(report)
    require(actor, definition.permission)
    # A name is a task's, which sees everything, like the system.
    return definition.make(definition.parse(params), user_or_none(actor))


def report_run(
    *, report: str, params: Mapping[str, str], format: str, source: str, actor: Actor
) -> tuple[ReportRun, bytes]:
    """Make a report as a file; return its record, which keeps the file, and the file's bytes.

    A making that fails is kept as a failed run. Raises what `report_make` raises.
    """
    definition = get_report(report)
    if format not in FORMATS:
        raise DomainError(f"Unknown format “{format}”. Available: {', '.join(FORMATS)}.")
    run = ReportRun.objects.create(
        report=report,
        params={name: str(value) for name, value in definition.parse(params).items()},
        source=source,
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )
    try:
        result = report_make(report=report, params=params, actor=actor)
        content = FORMATS[format][1](definition, result)
    except Interrupted as signal:
        begin_to_end()
        run_failed(run, signal)
        raise
    except Exception as error:
        run_failed(run, error)
        raise
    with shielded(), transaction.atomic():
        run_succeeded(run, result, content, file_name(definition, result, format))
        record_event(
            event_kinds.EXPORT, actor=actor, target=run, format=format, rows=len(result.rows)
        )
    return run, content


def run_succeeded(run: ReportRun, result: Result, content: bytes, name: str) -> None:
    """Store the file and the end of a run. The caller holds a transaction."""
    run.state = ReportRun.State.SUCCEEDED
    run.period = result.period
    run.row_count = len(result.rows)
    run.ended_at = timezone.now()
    run.file.save(name, ContentFile(content), save=False)
    run.save()


def run_failed(run: ReportRun, error: BaseException) -> None:
    run.state = ReportRun.State.FAILED
    run.error = f"{type(error).__name__}: {error}"
    run.ended_at = timezone.now()
    run.save(update_fields=["state", "error", "ended_at"])


def file_name(definition: ReportDefinition, result: Result, format: str) -> str:
    period = "".join(c if c.isascii() and c.isalnum() else "-" for c in result.period.lower())
    return f"{definition.name}-{period}.{format}"
