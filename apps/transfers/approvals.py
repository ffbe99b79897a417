"""Approvals of imports: the plan on the Check page, row by row."""

import hashlib
from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, PreviewPart, canonical
from apps.accounts.approvable.registry import ACTIONS, Approvable, Arguments, Page
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.transfers import registry
from apps.transfers.access import APPLY_IMPORT, IMPORT, dataset_card, permissions_to_import
from apps.transfers.engine.context import context_of
from apps.transfers.engine.resolve.refused_records import would_change
from apps.transfers.models import ImportRun
from apps.transfers.undo_approvals import UndoImport


class ApplyImport(Approvable):
    """`{"run", "plan_token", "typed_number"}`. Plans are compared by their token: a new plan has a new one."""

    kind = APPLY_IMPORT
    label = "Import many rows, or rows with a large effect"
    word = "import"
    permissions = (IMPORT,)

    def why(self) -> str:
        return "it is a large import"

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        if "run" not in arguments:
            return self.permissions
        run = _run(arguments)
        created = run.matching.get("create_missing", ())
        return permissions_to_import(registry.get(run.dataset), created)

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        # A file can name records of any organization, so only its owner and people with full
        # access see its rows.
        return sees_everything(user) or "run" not in arguments or _run(arguments).user_id == user.pk

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        run = _run(arguments) if "run" in arguments else None
        if run is None or run.state != ImportRun.State.PLANNED:
            return ""
        if not would_change(context_of(run), user):
            return ""
        return "The file changes accounts that you can't change, so somebody else must decide."

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The import", ImportRun.objects.filter(pk=arguments["run"]))]

    def parts(self, arguments: Arguments) -> list[PreviewPart]:
        run = _run(arguments)
        plan = [run.state, run.plan_token, run.upload.sha256, run.reading, run.matching, run.counts]
        digest = hashlib.sha256(canonical(plan).encode()).hexdigest()
        return [PreviewPart("Rows of the plan", run.rows_to_do, digest)]

    def preview(self, arguments: Arguments) -> ActionPreview:
        run = _run(arguments)
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
        run = _run(arguments)
        if run.state == ImportRun.State.PLANNED:
            url = reverse("admin:transfers_importrun_check", args=[run.pk])
            return Page("See every row", url)
        return Page("The import", reverse("admin:transfers_importrun_change", args=[run.pk]))

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        # Imported here: every process knows this action, but few run it.
        from apps.transfers.services import import_run_confirm

        run = import_run_confirm(
            run=_run(arguments),
            plan_token=arguments["plan_token"],
            reason=reason,
            typed_number=arguments["typed_number"],
            actor=actor,
            accept_impacts=arguments["typed_number"] is None,
        )
        return f"The import of {run.rows_to_do:,} rows has begun."


def _run(arguments: Arguments) -> ImportRun:
    run = ImportRun.objects.select_related("upload").filter(pk=arguments["run"]).first()
    if run is None:
        raise DomainError("The import no longer exists.")
    return run


ACTIONS.add(ApplyImport())
ACTIONS.add(UndoImport())
