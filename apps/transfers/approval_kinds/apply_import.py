"""Approvals of imports: the plan on the Check page, row by row."""

import hashlib

from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, PreviewPart, canonical
from apps.accounts.approvable.registry import Arguments, Page
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers.access import APPLY_IMPORT, IMPORT, dataset_card, permissions_to_import
from apps.transfers.approval_kinds.run import OnImportRun, run_of
from apps.transfers.engine.context import context_of
from apps.transfers.engine.resolve.refused_records import would_change
from apps.transfers.models import ImportRun


class ApplyImport(OnImportRun):
    """`{"run", "plan_token", "typed_number"}`. Plans are compared by their token: a new plan has a new one."""

    kind = APPLY_IMPORT
    label = "Import many rows, or rows with a large effect"
    permissions = (IMPORT,)
    permissions_to = staticmethod(permissions_to_import)

    def why(self) -> str:
        return "it is a large import"

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        run = run_of(arguments) if "run" in arguments else None
        if run is None or run.state != ImportRun.State.PLANNED:
            return ""
        if not would_change(context_of(run), user):
            return ""
        return "The file changes accounts that you can't change, so somebody else must decide."

    def parts(self, arguments: Arguments) -> list[PreviewPart]:
        run = run_of(arguments)
        plan = [run.state, run.plan_token, run.upload.sha256, run.reading, run.matching, run.counts]
        digest = hashlib.sha256(canonical(plan).encode()).hexdigest()
        return [PreviewPart("Rows of the plan", run.rows_to_do, digest)]

    def preview(self, arguments: Arguments) -> ActionPreview:
        run = run_of(arguments)
        if run.state != ImportRun.State.PLANNED or run.plan_token != arguments["plan_token"]:
            raise DomainError("The file was checked again or is no longer waiting.")
        counts = {name: int(run.counts.get(name, 0)) for name in ("create", "update", "refused")}
        label = dataset_card(run.dataset).label.lower()
        does = [
            f"{word} {counts[verdict]:,}"
            for verdict, word in (("create", "creates"), ("update", "updates"))
            if counts[verdict]
        ]
        message = " and ".join(does).capitalize()
        if counts["refused"]:
            message += f"; {counts['refused']:,} more are refused and left out"
        return ActionPreview(
            sentence=f"Import {run.rows_to_do:,} rows of {run.upload.name} into {label}",
            total=run.rows_to_do,
            consequences=[f"{message}.", *(impact["sentence"] for impact in run.impacts)],
            parts=self.parts(arguments),
        )

    def page(self, arguments: Arguments) -> Page | None:
        run = run_of(arguments)
        if run.state == ImportRun.State.PLANNED:
            url = reverse("admin:transfers_importrun_check", args=[run.pk])
            return Page("See every row", url)
        return Page("The import", reverse("admin:transfers_importrun_change", args=[run.pk]))

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        # Imported here: every process knows this action, but few run it.
        from apps.transfers.services import import_run_confirm

        run = import_run_confirm(
            run=run_of(arguments),
            plan_token=arguments["plan_token"],
            reason=reason,
            typed_number=arguments["typed_number"],
            actor=actor,
            accept_impacts=arguments["typed_number"] is None,
        )
        return f"The import of {run.rows_to_do:,} rows has begun."
