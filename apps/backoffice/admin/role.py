"""Staff roles: Django's groups under our name."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.authority import rights_lock, roles_lock
from apps.accounts.models import User
from apps.accounts.people_scope import people_of
from apps.accounts.reference import shipped_roles
from apps.accounts.role_services import role_create, role_update, roles_delete
from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import BUSY, EMPTY, count_link, label
from apps.core.scope import sees_everything
from apps.core.sudo import require_fresh_factor
from apps.core.wording import counted

admin.site.unregister(Group)


def _leaving(roles: QuerySet[Any]) -> list[str]:
    people = User.objects.filter(groups__in=roles).distinct().count()
    return [f"{counted(people, User)} will lose what it gives."] if people else []


@admin.register(Group)
class RoleAdmin(TimelineMixin, BaseAdmin):
    # A role gives people permissions wherever they have access.
    affects_all_organizations = True
    create_service = staticmethod(role_create)
    update_service = staticmethod(role_update)
    service_argument = "role"
    reason_required = True
    list_display = ["name", "kind", "description", "people"]
    search_fields = ["name"]
    search_help_text = "Name"
    ordering = ["name"]
    sortable_by = ["name"]
    autocomplete_fields = ["permissions"]
    readonly_fields = ["kind", "description", "held_permissions"]

    @display(description="kind")
    def kind(self, role: Group) -> SafeString | str:
        return label("shipped", BUSY) if role.name in shipped_roles() else "created here"

    @display(description="for")
    def description(self, role: Group) -> str:
        shipped = shipped_roles().get(role.name)
        return shipped["description"] if shipped else EMPTY

    @display(description="people", formatting="price")
    def people(self, role: Any) -> SafeString | str:
        return count_link(role.people_count, "accounts.user", groups__id__exact=role.pk)

    @display(description="permissions")
    def held_permissions(self, role: Group) -> str:
        permissions = role.permissions.select_related("content_type").order_by("name")
        return ", ".join(permission.name for permission in permissions) or EMPTY

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = User.groups.through._default_manager.all()
        if not sees_everything(request.user):
            people = people.filter(user__in=people_of(request.user))
        return super().get_queryset(request).annotate(people_count=count_subquery(people, "group"))

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        if obj is not None and obj.name in shipped_roles():
            about = "This role is shipped with every release and can't be changed here."
            return [
                (
                    None,
                    {"description": about, "fields": ["name", "description", "held_permissions"]},
                )
            ]
        return [(None, {"fields": ["name", "permissions"]})]

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _shipped(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _shipped(obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Require a fresh factor to change a role's permissions; the input is kept."""
        if request.method == "POST":
            role = self.get_object(request, unquote(object_id)) if object_id else None
            # Refuse people without the permission before asking for a factor.
            if (
                self.has_change_permission(request, role)
                if role
                else self.has_add_permission(request)
            ):
                require_fresh_factor(
                    request, f"change the role {role}" if role else "create a role"
                )
        return super().changeform_view(request, object_id, form_url, extra_context)

    def lock_record(self, request: HttpRequest, key: Any) -> None:
        # In the services' order: rights before the role's row.
        rights_lock()
        roles_lock([key])

    @confirmed(
        permission="delete",
        description="Delete",
        icon="delete",
        danger=True,
        consequences=_leaving,
        sudo=True,
    )
    def delete_records(
        self, request: HttpRequest, queryset: QuerySet, answer: ConfirmationForm
    ) -> str:
        count = roles_delete(roles=queryset, actor=request.user, reason=answer.reason)
        return f"{counted(count, Group)} deleted."


def _shipped(role: Group | None) -> bool:
    return role is not None and role.name in shipped_roles()
