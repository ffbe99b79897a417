"""Projects: created, trashed, restored, purged. Tasks have no rule and so no service."""

from collections.abc import Mapping

from django.db.models import Count, Exists, OuterRef

from apps.accounts.actors import user_or_none
from apps.accounts.approvals.records import require_approval_of
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.trash import Counts, locked, purge, restore, trash
from apps.core.trash_names import rename_trashed
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


def project_trash(*, project: Project, actor: Actor, reason: str = "") -> Counts:
    return projects_trash(
        projects=Project.all_objects.filter(pk=project.pk), actor=actor, reason=reason
    )


def projects_trash(*, projects: ProjectQuerySet, actor: Actor, reason: str = "") -> Counts:
    """Move projects to the trash; their tasks stay in them, out of sight."""
    require(actor, "projects.delete_project")
    with acting_as(actor=actor, reason=reason):
        live = locked(projects.for_actor(actor)).alive()
        if not live.exists():
            raise DomainError("Everything here is already in the trash.")
        require_approval_of("projects.trash", live, actor=actor)
        return trash(live, by=user_or_none(actor))


def project_restore(*, project: Project, actor: Actor, reason: str = "") -> Counts:
    return projects_restore(
        projects=Project.all_objects.filter(pk=project.pk), actor=actor, reason=reason
    )


def projects_restore(
    *,
    projects: ProjectQuerySet,
    actor: Actor,
    reason: str = "",
    names: Mapping[str, str] | None = None,
) -> Counts:
    """Bring projects back, all or none: into living organizations, under names still free.

    `names` brings one project back under another name.
    """
    require(actor, "projects.restore_project")
    with acting_as(actor=actor, reason=reason):
        trashed = locked(projects.for_actor(actor)).in_trash()
        if names:
            require(actor, "projects.change_project")
            rename_trashed(trashed, names)
        _refuse_in_the_way(trashed)
        with refusals_in_words():
            counts = restore(trashed)
        if not counts[Project]:
            raise DomainError("Nothing here is in the trash.")
        return counts


def project_purge(*, project: Project, actor: Actor, reason: str = "") -> Counts:
    return projects_purge(
        projects=Project.all_objects.filter(pk=project.pk), actor=actor, reason=reason
    )


def projects_purge(*, projects: ProjectQuerySet, actor: Actor, reason: str = "") -> Counts:
    """Delete projects for good, with their tasks. Only what is in the trash; history stays."""
    require(actor, "projects.purge_project")
    with acting_as(actor=actor, reason=reason):
        purged = locked(projects.for_actor(actor))
        alive = purged.alive().order_by("name").first()
        if alive is not None:
            raise DomainError(
                f"{alive} isn't in the trash. Only records in the trash can be deleted for good."
            )
        if not purged.exists():
            raise DomainError("There is nothing here to delete for good.")
        require_approval_of("projects.purge", purged, actor=actor)
        return purge(purged)


def _refuse_in_the_way(trashed: ProjectQuerySet) -> None:
    orphan = (
        trashed.filter(organization__deleted_at__isnull=False)
        .select_related("organization")
        .first()
    )
    if orphan is not None:
        raise DomainError(
            f"{orphan.organization}, which “{orphan}” belongs to, is in the trash. Restore "
            "it first."
        )
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
