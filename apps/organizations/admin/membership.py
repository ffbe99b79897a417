"""Members: who is in which organization, with what role."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.offer import bulk_action
from apps.core.admin.base import BaseAdmin
from apps.core.admin.deletion import delete_action
from apps.core.admin.display import copyable_id, moment_column, record_link, state_column
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.personal import reveal
from apps.organizations.admin.bulk_forms import RoleForm
from apps.organizations.admin.colors import ROLE_COLORS
from apps.organizations.bulk_actions import SET_ROLE
from apps.organizations.models import Membership, Organization
from apps.organizations.services.memberships import (
    membership_add,
    membership_update,
    memberships_remove,
)
from apps.transfers.admin.exports import ExportMixin


@admin.register(Membership)
class MembershipAdmin(ExportMixin, TimelineMixin, BaseAdmin):
    reason_required = True
    create_service = staticmethod(membership_add)
    update_service = staticmethod(membership_update)
    list_filter = [
        ("role", ChoicesDropdownFilter),
        ("organization", RecordFilter),
        ("user", RecordFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "organization__name"]
    search_help_text = "Person or organization"
    sortable_by = ["created_moment"]
    ordering = ["-id"]
    autocomplete_fields = ["user", "organization"]
    fieldsets = [
        (None, {"fields": ["user", "organization", "role"]}),
        ("Record", {"fields": ["copyable_id", "created_moment"]}),
    ]
    # Another person or another organization is another membership.
    fixed_fields = ("user", "organization")
    readonly_fields = ["copyable_id", "created_moment"]

    actions = ["set_role"]

    delete_records = delete_action(
        "Remove from organization",
        done="removed",
        icon="person_remove",
        explanation="The person stays, and loses the access that this role gave. A membership has no trash: to "
        "take it back, add the person again.",
    )
    set_role = bulk_action(SET_ROLE, form_class=RoleForm, icon="shield_person")

    copyable_id = copyable_id
    role_label = state_column("role", ROLE_COLORS)
    created_moment = moment_column("created_at", description="since")

    @display(description="person")
    def person(self, membership: Membership) -> str:
        return str(membership.user)

    @display(description="e-mail")
    def email(self, membership: Membership) -> str:
        return reveal(membership.user.email, key=membership.user_id)

    @display(description="organization")
    def organization_link(self, membership: Membership) -> SafeString | str:
        return record_link(membership.organization)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return ["person", "email", "organization_link", "role_label", "created_moment"]

    def lock_record(self, request: HttpRequest, key: Any) -> None:
        # Lock the organization first, as the services do.
        holding = Organization.all_objects.filter(memberships=key)
        holding.select_for_update(no_key=True, of=("self",)).values_list("pk").first()
        super().lock_record(request, key)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        memberships_remove(memberships=queryset, actor=request.user)  # type: ignore[arg-type]
