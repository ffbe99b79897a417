"""Every write of imports and exports. See `apps.transfers` for the map."""

from apps.transfers.services.attempts import import_run_rest
from apps.transfers.services.export_profiles import export_profile_save
from apps.transfers.services.exports import export_run_start, export_stream
from apps.transfers.services.imports import (
    import_run_cancel,
    import_run_check_again,
    import_run_confirm,
    import_run_match,
    import_run_reread,
    import_run_start,
)
from apps.transfers.services.templates import template_delete, template_save
from apps.transfers.services.undo import import_run_undo, undo_run_cancel

__all__ = [
    "export_profile_save",
    "export_run_start",
    "export_stream",
    "import_run_cancel",
    "import_run_check_again",
    "import_run_confirm",
    "import_run_match",
    "import_run_reread",
    "import_run_rest",
    "import_run_start",
    "import_run_undo",
    "template_delete",
    "template_save",
    "undo_run_cancel",
]
