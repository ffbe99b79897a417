"""A bulk action, or its undo, on more records than one person may decide on."""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, PreviewPart
from apps.accounts.approvable.registry import Approvable, Arguments, Page
from apps.accounts.approvals.backend import BULK_RUN
from apps.bulk.actions import label_of, offered
from apps.bulk.models import BulkRun
from apps.core.actors import PermissionHolder
from apps.core.discovery import full_site
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.core.wording import counted


class RunBulkAction(Approvable):
    """`{"run", "undo"}`. The plan is stored record by record; one that changes after it is left alone."""

    kind = BULK_RUN
    label = "Change many records at once"
    word = "bulk"

    def is_required_for(self, arguments: Arguments, count: int) -> bool:
        """Deleting for good needs a second person for any number of records, if `FOUR_EYES` says so."""
        if "purge" in settings.FOUR_EYES and arguments and _deletes(_run(arguments)):
            return True
        return super().is_required_for(arguments, count)

    def why(self) -> str:
        return "it affects many records at once"

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        if not arguments:
            return ()
        # The actions are declared with the admin.
        full_site()
        return (offered(_run(arguments).action).action.permission,)

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        return not arguments or sees_everything(user) or _run(arguments).user_id == user.pk

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The bulk action", BulkRun.objects.filter(pk=arguments["run"]))]

    def parts(self, arguments: Arguments) -> list[PreviewPart]:
        run = _run(arguments)
        return [PreviewPart("Records of the plan", _number(run, arguments), _digest(run))]

    def preview(self, arguments: Arguments) -> ActionPreview:
        run = _run(arguments)
        number = _number(run, arguments)
        what = counted(number, apps.get_model(run.model))
        verb = "Undo " if arguments.get("undo") else ""
        return ActionPreview(
            sentence=f"{verb}{label_of(run.action)}: {what}",
            total=number,
            consequences=[
                f"{told[1]:,} skipped: {told[0]}" for told in run.plan.get("skipped", [])
            ],
            parts=self.parts(arguments),
        )

    def page(self, arguments: Arguments) -> Page | None:
        return Page("See the plan", reverse("admin:bulk_bulkrun_change", args=[arguments["run"]]))

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        # Imported here: every process knows this action, but few run it.
        from apps.bulk.services import bulk_run_confirm, bulk_run_undo

        act = bulk_run_undo if arguments.get("undo") else bulk_run_confirm
        act(run=_run(arguments), reason=reason, actor=actor)
        return "It has begun. The page of the bulk action shows how far it is."


def _run(arguments: Arguments) -> BulkRun:
    run = BulkRun.objects.filter(pk=arguments["run"]).first()
    if run is None:
        raise DomainError("The bulk action no longer exists.")
    return run


def _deletes(run: BulkRun) -> bool:
    full_site()
    return offered(run.action).action.deletes


def _number(run: BulkRun, arguments: Arguments) -> int:
    return run.changed if arguments.get("undo") else run.rows_to_do


def _digest(run: BulkRun) -> str:
    return f"{run.state} {run.planned_at} {run.changed}"
