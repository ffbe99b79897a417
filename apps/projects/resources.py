"""The datasets of projects and tasks. See docs/imports.md."""

from apps.organizations.resources import organization_column
from apps.projects.models import Project, Task
from apps.transfers.declarations import Column, FieldKind, Part, Relation
from apps.transfers.registry import register
from apps.transfers.resources import EngineResource


@register
class ProjectsResource(EngineResource):
    organization = organization_column()
    name = Column(
        label="Name",
        attribute="name",
        needed=True,
        max_length=200,
        synonyms=("project", "project name", "title"),
        example="Harbor renewal",
    )
    description = Column(
        label="Description",
        attribute="description",
        multiline=True,
        synonyms=("details", "notes", "summary"),
        example="New quay and cranes",
    )
    status = Column(
        label="Status",
        attribute="status",
        kind=FieldKind.CHOICE,
        choices=Project.Status.choices,
        default=Project.Status.DRAFT,
        words={
            Project.Status.ACTIVE: ("open", "running", "in progress", "live"),
            Project.Status.ARCHIVED: ("closed", "done", "finished", "completed"),
            Project.Status.DRAFT: ("planned", "new", "idea"),
        },
        synonyms=("state", "phase"),
        example="active",
    )

    class Meta:
        dataset = "projects"
        label = "Projects"
        description = "One project per row, found by its organization and name."
        icon = "folder"
        model = Project
        parts = (
            Part(
                name="project",
                label="project",
                model="projects.Project",
                fields={
                    "organization_id": "organization",
                    "name": "name",
                    "description": "description",
                    "status": "status",
                },
                keys=(("organization_id", "name"),),
            ),
        )


@register
class TasksResource(EngineResource):
    organization = organization_column("project__organization__external_id")
    project = Column(
        label="Project",
        attribute="project__name",
        kind=FieldKind.RELATION,
        relation=Relation(
            model="projects.Project", by=("name",), within={"organization": "organization"}
        ),
        needed=True,
        max_length=200,
        synonyms=("project name",),
        help_text="Name of a project of the organization.",
        example="Harbor renewal",
    )
    title = Column(
        label="Title",
        attribute="title",
        needed=True,
        max_length=200,
        synonyms=("task", "task title", "task name", "name", "subject", "summary"),
        example="Order the cranes",
    )
    status = Column(
        label="Status",
        attribute="status",
        kind=FieldKind.CHOICE,
        choices=Task.Status.choices,
        default=Task.Status.TODO,
        words={
            Task.Status.TODO: ("open", "new", "not started", "backlog"),
            Task.Status.IN_PROGRESS: ("doing", "started", "active", "running"),
            Task.Status.DONE: ("closed", "finished", "completed", "complete"),
        },
        synonyms=("state",),
        example="to do",
    )
    due_date = Column(
        label="Due",
        attribute="due_date",
        kind=FieldKind.DATE,
        synonyms=("due date", "deadline", "due on", "target date", "fällig", "fällig am", "frist"),
        help_text="Like 2026-04-30.",
        example="2026-04-30",
    )
    assignee = Column(
        label="Assignee",
        attribute="assignee__email",
        kind=FieldKind.RELATION,
        relation=Relation(model="accounts.User", by=("email",)),
        max_length=254,
        synonyms=("assigned to", "responsible", "assignee email"),
        help_text="E-mail of a person.",
        example="ada.harper@example.org",
    )

    class Meta:
        dataset = "tasks"
        label = "Tasks"
        description = "One task per row, found by organization, project and title."
        icon = "task_alt"
        model = Task
        parts = (
            Part(
                name="task",
                label="task",
                model="projects.Task",
                fields={
                    "project_id": "project",
                    "title": "title",
                    "status": "status",
                    "due_date": "due_date",
                    "assignee_id": "assignee",
                },
                keys=(("project_id", "title"),),
            ),
        )
