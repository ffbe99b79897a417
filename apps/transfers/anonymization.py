"""Personal data in imports and exports: uploads, rows of plans, and exported files."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import ERASURE_HANDLERS, ErasureHandler
from apps.core.wording import counted
from apps.transfers.cleanup import samples_forget
from apps.transfers.engine.erasure import is_in_rows, rows_erase
from apps.transfers.lost_files import FileGone, notify_owners
from apps.transfers.models import ExportRun, ImportRun, ImportTemplate, Upload
from apps.transfers.models.uploads import private_storage

WHY_GONE = "The file was deleted on {:%B %-d, %Y}, because personal data in it had to be removed. "
_NAMES = {"first_name", "last_name"}
# Free texts of runs, exports, and remembered matchings.
_TEXTS: dict[Any, tuple[str, ...]] = {
    ImportRun: ("reason", "error", "matching", "causes", "impacts", "results", "plan_facts"),
    ExportRun: ("query", "error"),
    ImportTemplate: ("name", "matching"),
    Upload: ("name",),
}


def _runs(person: Person) -> list[ImportRun]:
    """Return the imports whose rows are still stored and mention the person."""
    kept = ImportRun.objects.select_related("upload").order_by("pk")
    return [run for run in kept if is_in_rows(run, person) or _is_in_upload(run.upload, person)]


def _is_in_upload(upload: Upload, person: Person) -> bool:
    return upload.deleted_at is None and _is_in_file(upload, person, by_name=True)


def _is_in_file(kept: Upload | ExportRun, person: Person, *, by_name: bool) -> bool:
    storage = private_storage()
    if not kept.path or not storage.exists(kept.path):
        return False
    with storage.open(kept.path) as file:
        return person.is_in_file(file, by_name=by_name)


def _uploads(person: Person) -> list[Upload]:
    living = Upload.objects.filter(deleted_at=None).select_related("user").order_by("created_at")
    return [upload for upload in living if _is_in_upload(upload, person)]


def _exports(person: Person) -> list[ExportRun]:
    written = ExportRun.objects.exclude(path="").select_related("user").order_by("pk")
    return [
        export
        for export in written
        # Without addresses, only names identify a person; with them, a namesake's row is not
        # theirs.
        if _is_in_file(export, person, by_name=_has_names_alone(export))
    ]


def _has_names_alone(export: ExportRun) -> bool:
    return bool(_NAMES & set(export.fields)) and "email" not in export.fields


def _gone(person: Person) -> list[FileGone]:
    """Return the files that will be deleted, with their owners."""
    exports = [FileGone.of_export(export) for export in _exports(person)]
    return [*exports, *(FileGone.of_upload(upload) for upload in _uploads(person))]


def _obstacles(person: Person) -> Iterator[str]:
    for run in _runs(person):
        if not run.has_ended:
            yield (
                f"Import {run.pk} isn't finished and includes {person.user}. Finish or cancel "
                "it first."
            )
    writing = ExportRun.objects.filter(state__in=ExportRun.WORK_STATES).first()
    if writing is not None:
        yield f"Export {writing.pk} is being written. Wait for it."


def _preview(person: Person) -> Iterator[str]:
    if runs := _runs(person):
        yield (
            f"Their rows in {counted(len(runs), ImportRun)} are blanked. Other people's "
            "rows are kept and can still be undone."
        )
    for file in _gone(person):
        yield f"{file.sentence} is deleted, including other people's rows in it.{file.mail_sentence}"


def _erase(person: Person) -> dict[str, int]:
    runs, uploads, exports, gone = (
        _runs(person),
        _uploads(person),
        _exports(person),
        _gone(person),
    )
    now = timezone.now()
    for run in runs:
        rows_erase(run, person)
    _forget_samples(person, runs)
    storage = private_storage()
    for upload in uploads:
        storage.delete(upload.path)
        upload.deleted_at = now
        upload.save(update_fields=["deleted_at"])
    for export in exports:
        storage.delete(export.path)
        export.state, export.path, export.expires_at = ExportRun.State.EXPIRED, "", now
        export.error = WHY_GONE.format(now) + "Export again to get a file without them."
        export.save(update_fields=["state", "path", "expires_at", "error"])
    _reword(person)
    notify_owners(gone)
    return {"imports": len(runs), "files": len(uploads) + len(exports)}


def _forget_samples(person: Person, runs: list[ImportRun]) -> None:
    """Delete the samples and words of every file with the person, or somebody of the same name.

    Nothing shows them once a run has ended, so deleting a namesake's does no harm.
    """
    described = ImportRun.objects.annotate(said=Cast("findings", TextField()))
    found = Q(pk__in=[run.pk for run in runs])
    for text in (*person.words, *person.parts):
        found |= Q(said__icontains=text)
    for run in described.filter(found, state__in=ImportRun.ENDED_STATES):
        samples_forget(run)
        run.save(update_fields=["findings"])


def _reword(person: Person) -> None:
    """Remove the person's data from the texts of runs, exports, and remembered matchings."""
    for model, names in _TEXTS.items():
        stored = model._base_manager.annotate(
            **{f"said_{name}": Cast(name, TextField()) for name in names}
        )
        texts = (*person.words, *person.parts)
        if model is ImportRun:
            # A running one does not name the person; otherwise it would have prevented the
            # removal.
            stored = stored.filter(state__in=ImportRun.ENDED_STATES)
        elif model is ImportTemplate:
            texts = (*person.words, *person.names)
        found = Q()
        for text in texts:
            for name in names:
                found |= Q(**{f"said_{name}__icontains": text})
        for record in stored.filter(found):
            for name in names:
                setattr(record, name, person.without(getattr(record, name)))
            record.save(update_fields=list(names))


ERASURE_HANDLERS.add(
    ErasureHandler("transfers", erase=_erase, preview=_preview, obstacles=_obstacles)
)
