"""The kinds of page there are, for a look at all of them."""

from typing import Any

from django.urls import reverse

from apps.organizations.models import Role
from tests.factories.flags import FlagFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.schedules import TaskRunFactory


def furnish() -> dict[str, Any]:
    """Fill the house with a little of everything; return the records that pages are about."""
    organization = OrganizationFactory(name="Harbor Committee", external_id="C-1001")
    for index in range(30):
        MembershipFactory(organization=organization, role=Role.OWNER if index == 0 else Role.MEMBER)
        OrganizationFactory()
    project = ProjectFactory(organization=organization, name="Winter dredging", status="active")
    for _ in range(3):
        TaskFactory(project=project)
        InvitationFactory(organization=organization)
    task_run = TaskRunFactory(state="failed", message="The mail server did not answer.")
    return {
        "organization": organization,
        "project": project,
        "task run": task_run,
        "flag": FlagFactory(note="Lets support agents import rosters by themselves."),
        "trashed": TrashedOrganizationFactory(name="Old Harbor"),
    }


def pages(records: dict[str, Any]) -> dict[str, str]:
    """Return a name and an address for each kind of page."""
    organization, project, trashed = (
        [records[name].pk] for name in ("organization", "project", "trashed")
    )
    return {
        "start": reverse("admin:index"),
        "list": reverse("admin:organizations_organization_changelist"),
        "list-nothing-matches": reverse("admin:projects_task_changelist") + "?q=nothing",
        "list-empty": reverse("admin:projects_trashedproject_changelist"),
        "add": reverse("admin:organizations_organization_add"),
        "change": reverse("admin:organizations_organization_change", args=organization),
        "change-inline": reverse("admin:projects_project_change", args=project) + "#tasks",
        "history": reverse("admin:organizations_organization_history", args=organization),
        "confirm": reverse("admin:organizations_organization_move_to_trash", args=organization),
        "confirm-typed": reverse("admin:organizations_trashedorganization_purge", args=trashed),
        "trash": reverse("admin:organizations_trashedorganization_changelist"),
        "people": reverse("admin:accounts_user_changelist"),
        "roles": reverse("admin:auth_group_changelist"),
        "access-roles": reverse("access_roles"),
        "access-mine": reverse("access_mine") + "?q=undo+an+import",
        "access-why": reverse("access_why", args=["organizations.organization"]),
        "flags": reverse("admin:flags_flag_changelist"),
        "schedules": reverse("admin:django_celery_beat_periodictask_changelist"),
        "runs": reverse("admin:schedules_taskrun_changelist"),
        "imports": reverse("admin:transfers_importrun_changelist"),
        "import-new": reverse("admin:transfers_importrun_new"),
        "flag": reverse("admin:flags_flag_change", args=[records["flag"].pk]),
        "flag-plan": reverse("admin:flags_flag_plan_changes", args=[records["flag"].pk]),
        "task-run": reverse("admin:schedules_taskrun_change", args=[records["task run"].pk]),
        "invitations": reverse("admin:organizations_invitation_changelist"),
        "audit-log": reverse("admin:audit_changeset_changelist"),
        "report": reverse("admin:reports_reportrun_report", args=["weekly"]),
        "account": reverse("account_security"),
        "password": reverse("account_change_password"),
    }
