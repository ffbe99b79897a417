"""What happens to imports."""

from apps.audit.kinds import EventKind

IMPORT = EventKind("import", "Imported", icon="upload_file")
UNDO = EventKind("undo", "Undid an import", icon="undo")
CANCEL = EventKind("cancel", "Canceled an import", icon="cancel")
CANCEL_UNDO = EventKind("cancel_undo", "Canceled an undo", icon="cancel")
