"""Approvals of undos: undoing as many rows as an import would need approval for."""

from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, PreviewPart
from apps.accounts.approvable.registry import Arguments, Page
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers.access import UNDO, UNDO_IMPORT, dataset_card, permissions_to_undo
from apps.transfers.approval_kinds.run import OnImportRun, run_of


class UndoImport(OnImportRun):
    """`{"run"}`. The comparison covers how far the run is applied and undone."""

    kind = UNDO_IMPORT
    label = "Undo a large import"
    permissions = (UNDO,)
    permissions_to = staticmethod(permissions_to_undo)

    def why(self) -> str:
        return "it undoes a large import"

    def parts(self, arguments: Arguments) -> list[PreviewPart]:
        run = run_of(arguments)
        state = f"{run.state} {run.checkpoint} {run.undo_runs.count()}"
        return [PreviewPart("Applied rows", run.rows_done, state)]

    def preview(self, arguments: Arguments) -> ActionPreview:
        # Imported here: it loads the engine, which other processes do not need.
        from apps.transfers.selectors.undo import why_not_undo

        run = run_of(arguments)
        if why_not := why_not_undo(run):
            raise DomainError(why_not)
        label = dataset_card(run.dataset).label.lower()
        created, updated = (int(run.results.get(name, 0)) for name in ("created", "updated"))
        return ActionPreview(
            sentence=f"Undo the import of {run.upload.name} into {label}, run {run.pk}",
            total=run.rows_done,
            consequences=[
                f"{created:,} rows created records. Those are removed or deactivated.",
                f"{updated:,} rows changed records. Those get their earlier values back.",
                "Changes made since the import are kept.",
            ],
            parts=self.parts(arguments),
        )

    def page(self, arguments: Arguments) -> Page | None:
        url = reverse("admin:transfers_importrun_change", args=[run_of(arguments).pk])
        return Page("See what the undo does", f"{url}?tab=undo")

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        # Imported here: every process knows this action, but few run it.
        from apps.transfers.services import import_run_undo

        undo = import_run_undo(run=run_of(arguments), reason=reason, actor=actor)
        return f"The undo of {undo.rows_to_do:,} rows has begun."
