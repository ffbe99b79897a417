"""The numbers of projects and tasks."""

from apps.organizations.models import Organization
from apps.projects.at_risk import organizations_at_risk
from apps.projects.models import Project, Task
from apps.reports.measures import MEASURES, Measure
from apps.reports.rows import days_ago

OVERDUE, UNASSIGNED = "overdue_tasks", "unassigned_overdue_tasks"
AT_RISK = "organizations_at_risk"

MEASURES.add(
    Measure(
        "projects",
        "Projects",
        "Projects that are neither in the trash nor in an organization that is.",
        Project,
        lambda actor: Project.objects.for_actor(actor),
    ),
    Measure(
        "active_projects",
        "Active projects",
        "Projects outside of the trash whose status is active.",
        Project,
        lambda actor: Project.objects.for_actor(actor).filter(status="active"),
    ),
    Measure(
        "new_projects",
        "Projects created",
        "Projects at the end of the period that were created during it.",
        Project,
    ),
    Measure(
        "archived_projects",
        "Projects archived",
        "Projects that are archived at the end of the period and were not at its start.",
        Project,
    ),
    Measure(
        "open_tasks",
        "Open tasks",
        "Tasks that are not done, in projects outside of the trash.",
        Task,
        lambda actor: Task.objects.for_actor(actor).open(),
    ),
    Measure(
        OVERDUE,
        "Overdue tasks",
        "Open tasks whose due date was before today.",
        Task,
        lambda actor: Task.objects.for_actor(actor).overdue(),
    ),
    Measure(
        UNASSIGNED,
        "Overdue tasks without an assignee",
        "Overdue tasks that nobody is assigned to.",
        Task,
        lambda actor: Task.objects.for_actor(actor).overdue().filter(assignee=None),
    ),
    Measure(
        AT_RISK,
        "Organizations at risk",
        "Organizations that have no owner, have not changed during these days, or have fewer members "
        "than before them.",
        Organization,
        of_days=lambda actor, days: organizations_at_risk(days_ago(days), actor),
    ),
)
