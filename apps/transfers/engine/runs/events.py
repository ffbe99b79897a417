"""Records the ends of imports and undos as events of the audit log."""

from contextlib import AbstractContextManager

from apps.accounts.disclosures import disclosure_of_file
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.models import Event
from apps.core.actors import Actor
from apps.transfers import event_kinds
from apps.transfers.change_sources import IMPORT, IMPORT_RUN, UNDO
from apps.transfers.models import ExportRun, ImportRun, UndoRun


def record_import(run: ImportRun) -> None:
    """Record that an import has changed records, completely or in part."""
    with audit_context(
        actor=run.user or "command import_file",
        real_actor=run.real_user,
        reason=run.reason,
        source=IMPORT,
        run=(IMPORT_RUN, run.pk),
    ):
        record_event(
            event_kinds.IMPORT,
            target=run,
            dataset=run.dataset,
            state=run.state,
            results=run.results,
        )


def record_undo(undo: UndoRun) -> None:
    """Record that an import was undone, completely or in part."""
    with audit_context(
        actor=undo.user or "command undo_import",
        real_actor=undo.real_user,
        reason=undo.reason or f"Undo of import run {undo.run_id}",
        source=UNDO,
        run=(IMPORT_RUN, undo.run_id),
    ):
        record_event(event_kinds.UNDO, target=undo.run, state=undo.state, results=undo.results)


def record_cancel(run: ImportRun, *, reason: str, actor: Actor) -> None:
    """Record who canceled an import, and why."""
    with _canceling(reason, actor):
        record_event(
            event_kinds.CANCEL,
            target=run,
            dataset=run.dataset,
            state=run.state,
            rows_done=run.rows_done,
        )


def record_undo_cancel(undo: UndoRun, *, reason: str, actor: Actor) -> None:
    """Record who canceled an undo, and why."""
    with _canceling(reason, actor):
        record_event(
            event_kinds.CANCEL_UNDO, target=undo.run, state=undo.state, rows_done=undo.rows_done
        )


def _canceling(reason: str, actor: Actor) -> AbstractContextManager[None]:
    by = {"actor": actor} if actor else {"actor": "command cancel_import", "source": "command"}
    return audit_context(**by, reason=reason)


def reason_of_cancel(run: ImportRun) -> str:
    """Return the reason given for canceling the run; "" if there is none."""
    event = Event.objects.filter(
        kind=event_kinds.CANCEL,
        target_pk=str(run.pk),
        target_type__app_label="transfers",
        target_type__model="importrun",
    ).first()
    return event.reason.strip() if event else ""


def export_disclosed(run: ExportRun) -> None:
    """Log whose personal data was exported, once the file exists."""
    if run.personal_data:
        disclosure_of_file(
            page=f"export of {run.dataset}",
            path=f"export {run.pk}",
            rows=run.rows or 0,
            user=run.user,
            real_user=run.real_user,
        )
