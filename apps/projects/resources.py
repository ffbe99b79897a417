"""The datasets of projects and tasks. See docs/imports.md."""

from apps.organizations.resources import organization_column
from apps.projects.models import Project, Task
from apps.transfers import header_words, status_words
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
        synonyms=("project", "project name", "title", *header_words.PROJECT, *header_words.NAME),
        example="Harbor renewal",
    )
    description = Column(
        label="Description",
        attribute="description",
        multiline=True,
        synonyms=("details", "notes", "summary", *header_words.DESCRIPTION),
        example="New quay and cranes",
    )
    status = Column(
        label="Status",
        attribute="status",
        kind=FieldKind.CHOICE,
        choices=Project.Status.choices,
        default=Project.Status.DRAFT,
        words={
            Project.Status.ACTIVE: (
                "open", "running", "in progress", "live", *status_words.ACTIVE, *status_words.OPEN,
                *status_words.IN_PROGRESS,
            ),
            Project.Status.ARCHIVED: (
                "closed", "done", "finished", "completed", *status_words.ARCHIVED, *status_words.CLOSED,
                *status_words.DONE,
            ),
            Project.Status.DRAFT: ("planned", "new", "idea", *status_words.DRAFT, *status_words.NEW),
        },
        synonyms=("state", "phase", *header_words.STATUS),
        example="active",
    )  # fmt: skip

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
        synonyms=("project name", *header_words.PROJECT),
        help_text="Name of a project of the organization.",
        example="Harbor renewal",
    )
    title = Column(
        label="Title",
        attribute="title",
        needed=True,
        max_length=200,
        synonyms=(
            "task", "task title", "task name", "name", "subject", "summary", *header_words.TASK,
            *header_words.NAME,
        ),
        example="Order the cranes",
    )  # fmt: skip
    status = Column(
        label="Status",
        attribute="status",
        kind=FieldKind.CHOICE,
        choices=Task.Status.choices,
        default=Task.Status.TODO,
        words={
            Task.Status.TODO: (
                "open", "new", "not started", "backlog", *status_words.OPEN, *status_words.NEW,
            ),
            Task.Status.IN_PROGRESS: (
                "doing", "started", "active", "running", *status_words.ACTIVE, *status_words.IN_PROGRESS,
            ),
            Task.Status.DONE: (
                "closed", "finished", "completed", "complete", *status_words.CLOSED, *status_words.DONE,
            ),
        },
        synonyms=("state", *header_words.STATUS),
        example="to do",
    )  # fmt: skip
    due_date = Column(
        label="Due",
        attribute="due_date",
        kind=FieldKind.DATE,
        synonyms=("due date", "deadline", "due on", "target date", *header_words.DUE_DATE),
        help_text="Like 2026-04-30.",
        example="2026-04-30",
    )
    assignee = Column(
        label="Assignee",
        attribute="assignee__email",
        kind=FieldKind.RELATION,
        relation=Relation(model="accounts.User", by=("email",)),
        max_length=254,
        synonyms=("assigned to", "responsible", "assignee email", *header_words.ASSIGNEE),
        help_text="E-mail of a person.",
        example="ada.harper@example.org",
    )

    class Meta:
        dataset = "tasks"
        label = "Tasks"
        description = "One task per row, found by organization, project, and title."
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
