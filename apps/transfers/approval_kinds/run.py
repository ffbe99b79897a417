"""What every action on an import run shares: who may decide, and what is touched."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from django.db.models import QuerySet

from apps.accounts.approvable.registry import Approvable, Arguments
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.transfers import registry
from apps.transfers.models import ImportRun


class OnImportRun(Approvable):
    """`{"run": id, …}`: `permissions_to` returns what it takes for a dataset and what it creates."""

    word = "import"
    permissions_to: ClassVar[Callable[..., Iterable[str]]]

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        if "run" not in arguments:
            return self.permissions
        run = run_of(arguments)
        created = run.matching.get("create_missing", ())
        return type(self).permissions_to(registry.get(run.dataset), created)

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        # A file can name records of any organization, so only its owner and people with full
        # access see its rows.
        return (
            sees_everything(user) or "run" not in arguments or run_of(arguments).user_id == user.pk
        )

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The import", ImportRun.objects.filter(pk=arguments["run"]))]


def run_of(arguments: Arguments) -> ImportRun:
    run = ImportRun.objects.select_related("upload").filter(pk=arguments["run"]).first()
    if run is None:
        raise DomainError("The import no longer exists.")
    return run
