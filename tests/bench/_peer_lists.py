"""The peers of the lists: stock Django's and stock Unfold's admin over the same tables, as a newcomer writes them.

Both show the same columns as ours, with the same filters, search and joined tables. Unfold's have its labels,
and the row actions that ours have.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.sites import UnfoldAdminSite

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task

django_site = AdminSite(name="stock_django")
unfold_site = UnfoldAdminSite(name="stock_unfold")


def link(site: str, record: Any) -> Any:
    if record is None:
        return None
    name = f"{site}:{record._meta.app_label}_{record._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[record.pk]), record)


class Members:
    list_filter: Any = ["role", "created_at"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "user__first_name", "user__last_name", "organization__name"]
    ordering = ["-id"]
    raw_id_fields = ["user", "organization"]
    list_display: Any = ["user", "email", "organization_link", "role", "created_at"]

    @admin.display(description="e-mail")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    @admin.display(description="organization")
    def organization_link(self, membership: Membership) -> Any:
        return link(self.admin_site.name, membership.organization)  # type: ignore[attr-defined]


class People:
    list_filter: Any = ["status", "is_staff", "created_at"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    list_display: Any = ["email", "name", "status", "roles", "created_at"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("groups")  # type: ignore[misc]

    @admin.display(description="name")
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="staff roles")
    def roles(self, user: User) -> str:
        return ", ".join(str(group) for group in user.groups.all())


class Organizations:
    list_filter: Any = ["status", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "slug", "external_id"]
    ordering = ["name", "id"]
    raw_id_fields = ["owner"]
    list_display: Any = [
        "name",
        "slug",
        "external_id",
        "status",
        "owner_link",
        "members",
        "created_at",
    ]

    def get_queryset(self, request: Any) -> Any:
        from apps.core.admin.count_subquery import count_subquery

        counts = count_subquery(Membership.all_objects.all(), "organization")
        return super().get_queryset(request).annotate(members_count=counts)  # type: ignore[misc]

    @admin.display(description="members")
    def members(self, organization: Any) -> int:
        return organization.members_count  # type: ignore[no-any-return]

    @admin.display(description="owner")
    def owner_link(self, organization: Organization) -> Any:
        return link(self.admin_site.name, organization.owner)  # type: ignore[attr-defined]


class Projects:
    list_filter: Any = ["status", "created_at"]
    list_select_related = ["organization"]
    search_fields = ["name"]
    ordering = ["name", "id"]
    raw_id_fields = ["organization"]
    list_display: Any = ["name", "organization_link", "status", "tasks", "created_at"]

    def get_queryset(self, request: Any) -> Any:
        from apps.core.admin.count_subquery import count_subquery

        counts = count_subquery(Task.all_objects.all(), "project")
        return super().get_queryset(request).annotate(tasks_count=counts)  # type: ignore[misc]

    @admin.display(description="tasks")
    def tasks(self, project: Any) -> int:
        return project.tasks_count  # type: ignore[no-any-return]

    @admin.display(description="organization")
    def organization_link(self, project: Project) -> Any:
        return link(self.admin_site.name, project.organization)  # type: ignore[attr-defined]


class Tasks:
    list_filter: Any = ["status", "due_date"]
    list_select_related = ["project", "assignee"]
    search_fields = ["title"]
    ordering = ["title", "id"]
    raw_id_fields = ["project", "assignee"]
    list_display: Any = ["title", "project_link", "status", "assignee_link", "due_date"]

    @admin.display(description="project")
    def project_link(self, task: Task) -> Any:
        return link(self.admin_site.name, task.project)  # type: ignore[attr-defined]

    @admin.display(description="assignee")
    def assignee_link(self, task: Task) -> Any:
        return link(self.admin_site.name, task.assignee)  # type: ignore[attr-defined]


DECLARED = {
    Membership: Members,
    User: People,
    Organization: Organizations,
    Project: Projects,
    Task: Tasks,
}
ROW_ACTIONS = {User: ["first", "second"], Organization: ["first"], Project: ["first"]}


class WithLook(UnfoldModelAdmin):
    """What Unfold's documentation shows of it: labels, its filters, and actions of a row."""

    list_filter_submit = True
    list_per_page = 100

    @display(
        description="status", ordering="status", label={"active": "success", "done": "success"}
    )
    def status_label(self, record: Any) -> Any:
        return record.status, record.get_status_display()

    @display(description="role", ordering="role", label={"owner": "info"})
    def role_label(self, record: Any) -> Any:
        return record.role, record.get_role_display()

    @action(description="First")
    def first(self, request: Any, object_id: str) -> Any: ...

    @action(description="Second")
    def second(self, request: Any, object_id: str) -> Any: ...


def register() -> None:
    labels = {"status": "status_label", "role": "role_label"}
    for model, declared in DECLARED.items():
        name = model.__name__
        plain = type(f"Plain{name}", (declared, admin.ModelAdmin), {"list_per_page": 100})
        django_site.register(model, plain)
        columns = [labels.get(column, column) for column in declared.list_display]
        filters = [
            (
                field,
                RangeDateFilter if field in ("created_at", "due_date") else ChoicesDropdownFilter,
            )
            for field in declared.list_filter
            if field != "is_staff"
        ]
        given = {
            "list_display": columns,
            "list_filter": filters,
            "actions_row": ROW_ACTIONS.get(model, []),
        }
        unfold_site.register(model, type(f"Look{name}", (declared, WithLook), given))


register()

urlpatterns: list[URLResolver] = [
    path("stock_django/", django_site.urls),
    path("stock_unfold/", unfold_site.urls),
    path("", include("config.urls")),
]
