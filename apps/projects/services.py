"""Projects: created and restored by rules of their own. Tasks have no rule and so no service."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from apps.accounts.actors import user_or_none
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.trash.moves import Counts
from apps.core.trash.services import records_restore
from apps.organizations.locks import lock_organization
from apps.organizations.models import Organization
from apps.projects.models import Project
from apps.projects.querysets import ProjectQuerySet


def project_create(
    *,
    organization: Organization,
    name: str,
    description: str = "",
    status: str = Project.Status.DRAFT,
    actor: Actor,
    reason: str = "",
) -> Project:
    """Create a project in a living organization."""
    require(actor, "projects.add_project")
    with acting_as(actor=actor, reason=reason):
        project = Project(
            organization=lock_organization(organization.pk, actor),
            name=name.strip(),
            description=description,
            status=status,
            created_by=user_or_none(actor),
        )
        validated(project)
        with refusals_in_words():
            project.save(force_insert=True)
        return project


def project_restore(*, project: Project, actor: Actor, reason: str = "") -> Counts:
    records = Project.all_objects.filter(pk=project.pk)
    return projects_restore(records=records, actor=actor, reason=reason)


def projects_restore(
    *,
    records: QuerySet[Any],
    actor: Actor,
    reason: str = "",
    names: Mapping[str, str] | None = None,
) -> Counts:
    """Bring projects back, all or none, under names still free; see `records_restore`."""
    return records_restore(
        records=records, actor=actor, reason=reason, names=names, refuse=_refuse_in_the_way
    )


def _refuse_in_the_way(trashed: ProjectQuerySet, actor: Actor) -> None:
    namesake = Project.objects.filter(organization=OuterRef("organization"), name=OuterRef("name"))
    taken = trashed.filter(Exists(namesake)).select_related("organization").first()
    if taken is not None:
        raise DomainError(
            f"{taken.organization} has a project “{taken}” now. Rename that one first, or "
            "leave this one in the trash."
        )
    twice = (
        trashed.order_by()
        .values("organization", "name")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
        .order_by("organization", "name")
        .first()
    )
    if twice is not None:
        raise DomainError(
            f"Several of these are called “{twice['name']}” in one organization. "
            "Restore only one of them."
        )
