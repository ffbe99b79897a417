"""What imports and exports hold of a person: uploads, rows of plans, files that were written."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import Holding
from apps.core.admin.wording import counted
from apps.transfers.engine.erasure import is_in_rows, rows_erase
from apps.transfers.models import ExportRun, ImportRun, Upload
from apps.transfers.models.uploads import private_storage


def _runs(person: Person) -> list[ImportRun]:
    """Return the imports whose rows are still there and mention the person."""
    kept = ImportRun.objects.select_related("upload").order_by("pk")
    return [run for run in kept if is_in_rows(run, person) or _is_in_file(run.upload, person)]


def _is_in_file(kept: Any, person: Person) -> bool:
    storage = private_storage()
    if not kept.path or getattr(kept, "deleted_at", None) or not storage.exists(kept.path):
        return False
    with storage.open(kept.path) as file:
        return person.is_in_file(file)


def _uploads(person: Person) -> list[Upload]:
    return [each for each in Upload.objects.filter(deleted_at=None) if _is_in_file(each, person)]


def _exports(person: Person) -> list[ExportRun]:
    return [each for each in ExportRun.objects.exclude(path="") if _is_in_file(each, person)]


def _obstacles(person: Person) -> Iterator[str]:
    for run in _runs(person):
        if not run.has_ended:
            yield f"Import {run.pk} is not finished and names {person.user}. Finish or cancel it first."
    writing = ExportRun.objects.filter(state__in=ExportRun.WORK_STATES).first()
    if writing is not None:
        yield f"Export {writing.pk} is being written. Wait for it."


def _preview(person: Person) -> Iterator[str]:
    if runs := _runs(person):
        yield (
            f"Their rows in {counted(len(runs), ImportRun)} are blanked; those of other people stay, and "
            "can still be undone."
        )
    if files := len(_uploads(person)) + len(_exports(person)):
        yield f"{files:,} stored files are deleted, other people's rows in them included."


def _erase(person: Person) -> dict[str, int]:
    runs, uploads, exports = _runs(person), _uploads(person), _exports(person)
    now = timezone.now()
    for run in runs:
        rows_erase(run, person)
    storage = private_storage()
    for upload in uploads:
        storage.delete(upload.path)
        upload.deleted_at = now
        upload.save(update_fields=["deleted_at"])
    for export in exports:
        storage.delete(export.path)
        export.state, export.path = ExportRun.State.EXPIRED, ""
        export.save(update_fields=["state", "path"])
    return {"imports": len(runs), "files": len(uploads) + len(exports)}


HOLDING = Holding("transfers", erase=_erase, preview=_preview, obstacles=_obstacles)
