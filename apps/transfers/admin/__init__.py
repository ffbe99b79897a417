"""Registers the admin of imports and exports, one module per model; the wizard has a folder."""

from apps.transfers.admin import export_run, import_run, upload

__all__ = ["export_run", "import_run", "upload"]
