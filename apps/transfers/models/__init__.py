from apps.transfers.models.exports import ExportProfile, ExportRun
from apps.transfers.models.imports import ImportRun, ImportTemplate
from apps.transfers.models.undo import UndoRun
from apps.transfers.models.uploads import Upload

__all__ = ["ExportProfile", "ExportRun", "ImportRun", "ImportTemplate", "UndoRun", "Upload"]
