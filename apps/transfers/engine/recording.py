"""The ends of imports and undos, as events of the audit log."""

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.models import Kind
from apps.transfers.models import ImportRun, UndoRun


def record_import(run: ImportRun) -> None:
    """Say that an import has changed records: all that it meant to, or a part of them."""
    with audit_context(
        actor=run.user or "command import_file",
        real_actor=run.real_user,
        reason=run.reason,
        import_run_id=run.pk,
        door="import",
    ):
        record_event(
            Kind.IMPORT, target=run, dataset=run.dataset, state=run.state, results=run.results
        )


def record_undo(undo: UndoRun) -> None:
    """Say that an import was taken back, in whole or in part."""
    with audit_context(
        actor=undo.user or "command undo_import",
        real_actor=undo.real_user,
        reason=undo.reason or f"Undo of import run {undo.run_id}",
        import_run_id=undo.run_id,
        door="undo",
    ):
        record_event(Kind.UNDO, target=undo.run, state=undo.state, results=undo.results)
