"""Small reads for the pages."""

from typing import Any

from django.db.models import Q

from apps.core.actors import PermissionHolder
from apps.transfers.models import ImportRun, ImportTemplate

SAMPLE_ROWS = 5


def latest_runs(user: PermissionHolder, dataset: str, limit: int = 5) -> list[ImportRun]:
    """Return the user's last imports of a dataset with a matching to reuse."""
    return list(
        ImportRun.objects.for_staff(user)
        .filter(user=user.pk, dataset=dataset)
        .exclude(planned_at=None)
        .select_related("upload")
        .order_by("-id")[:limit]
    )


def named_templates(user: PermissionHolder, dataset: str) -> list[ImportTemplate]:
    return list(
        ImportTemplate.objects.filter(user=user.pk, dataset=dataset)
        .exclude(name="")
        .order_by("name")[:50]
    )


def runs_for_reader(user: PermissionHolder) -> Any:
    """Return the runs that the user may read: their own, or any in their scope with the permission."""
    mine = Q(user=user.pk)
    if user.has_perm("transfers.view_importrun"):
        mine = Q()
    return ImportRun.objects.for_staff(user).filter(mine)


def run_for_reader(user: PermissionHolder, pk: int) -> ImportRun | None:
    """Return a run that the user may read."""
    found: ImportRun | None = (
        runs_for_reader(user).filter(pk=pk).select_related("upload", "user").first()
    )
    return found
