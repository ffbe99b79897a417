"""What a second person must approve of imports and undos."""

from apps.accounts.approvable.registry import ACTIONS
from apps.transfers.approval_kinds.apply_import import ApplyImport
from apps.transfers.approval_kinds.undo_import import UndoImport

ACTIONS.add(ApplyImport(), UndoImport())
