"""Projects of an organization and the tasks in them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from apps.audit.history import History
from apps.core.models import AliveManager, BaseModel, SoftDeletableModel
from apps.core.trash.proxies import trash_proxy
from apps.holds.triggers import keeps_held
from apps.organizations.models import Organization
from apps.projects.querysets import ProjectQuerySet, TaskQuerySet


class Project(SoftDeletableModel):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="", db_default="")
    status = models.CharField(
        max_length=20, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="projects", db_index=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="created_projects",
        verbose_name="created by",
    )

    objects = AliveManager.from_queryset(ProjectQuerySet)()
    all_objects = models.Manager.from_queryset(ProjectQuerySet)()
    history = History()

    class Meta(SoftDeletableModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="project_name_unique",
                condition=models.Q(deleted_at=None),
                violation_error_message="This organization already has a project of this name.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="project_name_is_given",
                violation_error_message="A project needs a name.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "active", "archived"]),
                name="project_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "deleted_at"], name="project_organization"),
            models.Index(fields=["name", "id"], name="project_name"),
            models.Index(fields=["status", "name", "id"], name="project_status"),
            models.Index(fields=["created_at", "id"], name="project_created"),
            models.Index(
                fields=["deleted_at"],
                name="project_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
            GinIndex(SearchVector("name", config="simple"), name="project_search"),
        ]
        triggers = [*keeps_held("organization")]

    def __str__(self) -> str:
        return self.name


TrashedProject = trash_proxy(Project)


class Task(BaseModel):
    class Status(models.TextChoices):
        TODO = "todo", "To do"
        IN_PROGRESS = "in_progress", "In progress"
        DONE = "done", "Done"

    title = models.CharField(max_length=200)
    status = models.CharField(
        max_length=20, choices=Status, default=Status.TODO, db_default=Status.TODO
    )
    due_date = models.DateField("due", null=True, blank=True)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
    )

    objects = AliveManager.from_queryset(TaskQuerySet)()
    all_objects = models.Manager.from_queryset(TaskQuerySet)()
    history = History()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "title"],
                name="task_title_unique",
                violation_error_message="This project already has a task of this title.",
            ),
            models.CheckConstraint(
                condition=~models.Q(title=""),
                name="task_title_is_given",
                violation_error_message="A task needs a title.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["todo", "in_progress", "done"]),
                name="task_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_date"], name="task_status"),
            models.Index(fields=["due_date", "id"], name="task_due"),
            models.Index(fields=["status", "title", "id"], name="task_status_title"),
            models.Index(fields=["title", "id"], name="task_title"),
            models.Index(fields=["created_at"], name="task_created"),
            GinIndex(SearchVector("title", config="simple"), name="task_search"),
        ]
        triggers = [*keeps_held("project", "project__organization")]

    def __str__(self) -> str:
        return self.title
