"""What a second person must approve of projects."""

from typing import Any

from apps.accounts.approvable.registry import ACTIONS
from apps.accounts.approvals.records import OnRecords
from apps.core.actors import Actor
from apps.core.trash import reach_of_purge, reach_of_trash
from apps.projects.models import Project
from apps.projects.querysets import ProjectQuerySet
from apps.projects.services import projects_purge, projects_trash


def _purge(records: ProjectQuerySet, actor: Actor, reason: str) -> Any:
    return projects_purge(projects=records, actor=actor, reason=reason)


def _trash(records: ProjectQuerySet, actor: Actor, reason: str) -> Any:
    return projects_trash(projects=records, actor=actor, reason=reason)


def _projects() -> Any:
    return Project.all_objects.select_related("organization", "deleted_by")


ACTIONS.add(
    OnRecords(
        kind="projects.purge",
        label="Delete projects for good",
        word="purge",
        permission="projects.purge_project",
        records=_projects,
        service=_purge,
        reach=reach_of_purge,
        sentence="Delete {} for good",
        done="deleted for good",
        shown=("organization", "status", "deleted_at", "deleted_by"),
        after="gone",
        consequences=("This can't be undone.",),
        url_name="admin:projects_trashedproject_change",
    ),
    OnRecords(
        kind="projects.trash",
        label="Move many projects to the trash",
        permission="projects.delete_project",
        records=_projects,
        service=_trash,
        reach=reach_of_trash,
        sentence="Move {} to the trash",
        done="moved to the trash",
        shown=("organization", "status"),
        url_name="admin:projects_project_change",
    ),
)
