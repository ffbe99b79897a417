"""Staff roles: Django's groups under the name that people use for them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.approval_kinds.roles import require_second_person
from apps.accounts.authority import actor_lock, rights_lock, roles_lock
from apps.accounts.models import User
from apps.accounts.people_scope import people_of
from apps.accounts.reference import shipped_roles
from apps.accounts.services import role_permissions_check
from apps.audit.admin.timeline import TimelineMixin
from apps.core.actors import require
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import BUSY, EMPTY, count_link, label
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.admin.wording import counted
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.core.sudo import require_fresh_factor

admin.site.unregister(Group)


def _leaving(roles: QuerySet[Any]) -> list[str]:
    people = User.objects.filter(groups__in=roles).distinct().count()
    return [f"{counted(people, User)} will lose what it gives."] if people else []


@admin.register(Group)
class RoleAdmin(TimelineMixin, BaseAdmin):
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
        """What a role may do is changed with a fresh factor; what was filled in is not lost."""
        if request.method == "POST":
            role = self.get_object(request, unquote(object_id)) if object_id else None
            # Who may not is told so, and not asked for a factor first.
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
        # Before the role's row, as everywhere: what is checked below then stays as it is.
        rights_lock()
        roles_lock([key])

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm,
        formsets: Iterable[VersionedFormSet],
        change: bool,
    ) -> None:
        actor = actor_lock(_actor(request))
        require(actor, f"auth.{'change' if change else 'add'}_group")
        held = set(form.instance.permissions.all())
        wanted = set(form.cleaned_data.get("permissions", held))
        role_permissions_check(permissions=held ^ wanted, actor=actor)
        if change:
            require_second_person(form.instance, wanted, actor)
        super().save_related(request, form, formsets, change)

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
        actor = actor_lock(_actor(request))
        require(actor, "auth.delete_group")
        roles_lock(queryset.values_list("pk", flat=True))
        if queryset.filter(name__in=shipped_roles()).exists():
            raise DomainError("Shipped roles can't be deleted.")
        gone = Permission.objects.filter(group__in=queryset).select_related("content_type")
        role_permissions_check(permissions=gone, actor=actor)
        message = f"{counted(queryset.count(), Group)} deleted."
        queryset.delete()
        return message


def _actor(request: HttpRequest) -> Any:
    return request.user


def _shipped(role: Group | None) -> bool:
    return role is not None and role.name in shipped_roles()
