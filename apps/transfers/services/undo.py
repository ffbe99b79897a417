"""Taking an import back. Asks for `transfers.undo_import`."""

from typing import Any

from apps.transfers.models import ImportRun, UndoRun


def import_run_undo(*, run: ImportRun, reason: str, actor: Any) -> UndoRun:
    """Start the undo of an applied run. Raises DomainError where there is nothing to take back."""
    raise NotImplementedError


def undo_run_cancel(*, undo_run: UndoRun, actor: Any) -> UndoRun:
    raise NotImplementedError
