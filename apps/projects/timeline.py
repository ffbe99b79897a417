"""Declares the timelines of projects and tasks."""

from apps.audit.timeline.registry import timeline_includes, timeline_label, timeline_reverts
from apps.organizations.models import Organization
from apps.projects.models import Project, Task

timeline_label(Project, "{name}")
timeline_label(Task, "{title}")
timeline_includes(
    Organization,
    Project,
    by="organization",
    subject="the project {name}",
    created="added the project {name}",
    deleted="deleted the project {name}",
)
timeline_includes(
    Project,
    Task,
    by="project",
    subject="the task {title}",
    created="added the task {title}",
    deleted="deleted the task {title}",
)
timeline_reverts(Project, "name", "description", "status")
timeline_reverts(Task, "title", "status", "due_date", "assignee", "project")
