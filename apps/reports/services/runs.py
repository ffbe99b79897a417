"""Starts the making of reports as files, and records it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit.context import audit_context, real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.sending import send_after_commit
from apps.reports import event_kinds
from apps.reports.formats import check_format
from apps.reports.models import ReportRun
from apps.reports.registry import get_report
from apps.reports.results import ReportResult

MAKE = "apps.reports.tasks.make_report"


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


def report_run_start(
    *, report: str, params: Mapping[str, str], format: str, source: str, actor: Actor
) -> ReportRun:
    """Record that a file of a report is wanted; `report_run_advance` makes it, here or in a worker.

    Raises `MissingPermission`, and `DomainError` for an unknown report, a format, or a bad parameter.
    """
    definition = get_report(report)
    require(actor, definition.permission)
    check_format(format)
    return ReportRun.objects.create(
        report=report,
        params={name: str(value) for name, value in definition.parse(params).items()},
        format=format,
        source=source,
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )


def report_run_send(run: ReportRun) -> None:
    """Leave the making of a file to a worker."""
    send_after_commit(MAKE, run.pk, swept_by=JOBS_SWEEP)


@transaction.atomic
def report_run_cancel(*, run: ReportRun, reason: str = "", actor: Actor) -> bool:
    """Stop the making of a file; return whether that is new. One that waits is canceled at once.

    Raises `DomainError` for a colleague's run, and for one that has ended.
    """
    locked = ReportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    is_own = actor is None or isinstance(actor, str) or actor.pk == locked.started_by_id
    if not (is_own or getattr(actor, "is_superuser", False)):
        raise DomainError("Only the person who asked for this file can cancel it.")
    if locked.state not in ReportRun.WORK_STATES:
        raise DomainError("This run has ended. There is nothing to cancel.")
    if locked.cancel_requested_at is not None:
        return False
    locked.cancel_requested_at = timezone.now()
    fields = ["cancel_requested_at"]
    if not locked.claimed_by:
        locked.state, locked.ended_at = ReportRun.State.CANCELED, locked.cancel_requested_at
        fields += ["state", "ended_at"]
    locked.save(update_fields=fields)
    with audit_context(actor=actor, reason=reason):
        record_event(event_kinds.REPORT_CANCELED, target=locked, report=locked.report)
    return True
