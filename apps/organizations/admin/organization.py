"""Organizations: their data, their owner, and their members."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.merge_page import merge_action, merges
from apps.bulk.admin.offer import bulk_action
from apps.bulk.admin.trash import trash_many
from apps.core.admin.confirm import confirmed
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import (
    copyable_id,
    count_link,
    moment_column,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.trash.pages import ToTrash
from apps.core.scope import sees_everything
from apps.holds.admin.holdable import HOLD_ACTIONS, Holdable
from apps.organizations.admin.bulk_forms import OwnerForm, StatusForm
from apps.organizations.admin.colors import STATUS_COLORS
from apps.organizations.admin.inlines import InvitationInline, MembershipInline
from apps.organizations.admin.invite_form import InviteForm
from apps.organizations.bulk_actions import SET_ORGANIZATION_STATUS, SET_OWNER
from apps.organizations.models import Membership, Organization
from apps.organizations.services.invitations import invitation_create
from apps.organizations.services.organizations import (
    organization_create,
    organization_update,
)
from apps.transfers.admin.exports import ExportMixin


@admin.register(Organization)
class OrganizationAdmin(Holdable, ExportMixin, TimelineMixin, ToTrash):
    create_service = staticmethod(organization_create)
    update_service = staticmethod(organization_update)
    list_display = [
        "name",
        "slug",
        "external_id",
        "status_label",
        "owner_link",
        "members",
        "created_moment",
    ]
    # The access review links to what a limited person sees.
    link_parameters = ["seen_by__user__id__exact"]
    list_filter = [("status", ChoicesDropdownFilter), ("created_at", DayRangeFilter)]
    list_select_related = ["owner"]
    search_fields = ["name", "slug", "external_id"]
    search_help_text = "Name, slug, or external ID"
    sortable_by = ["name", "created_moment"]
    ordering = ["name", "id"]
    autocomplete_fields = ["owner"]
    actions_detail = ["invite", "merge", "move_to_trash", *HOLD_ACTIONS]
    inlines = [MembershipInline, InvitationInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "external_id", "status", "owner"]}),
        ("Record", {"fields": ["copyable_id", "created_moment", "merges"]}),
    ]
    readonly_fields = ["copyable_id", "created_moment", "merges"]

    actions = [*ToTrash.actions, "set_status", "set_owner"]

    set_status = bulk_action(SET_ORGANIZATION_STATUS, form_class=StatusForm, icon="flag")
    set_owner = bulk_action(SET_OWNER, form_class=OwnerForm, icon="person")

    merge = merge_action(
        "organizations.Organization",
        permission="organizations.merge_organization",
        chosen_by=Membership._meta.get_field("organization"),
    )

    move_to_trash = trash_many(Organization)

    copyable_id = copyable_id
    merges = staticmethod(merges)
    status_label = state_column("status", STATUS_COLORS)
    created_moment = moment_column("created_at")

    @display(description="owner")
    def owner_link(self, organization: Organization) -> SafeString | str:
        return record_link(organization.owner)

    @display(description="members", formatting="price")
    def members(self, organization: Any) -> SafeString | str:
        return count_link(
            organization.members_count,
            "organizations.membership",
            organization__id__exact=organization.pk,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        # All members of a live row are live, so there is no need to check each.
        members = Membership.all_objects.all()
        return queryset.annotate(members_count=count_subquery(members, "organization"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse limited staff, who would not see the organization that they create."""
        return super().has_add_permission(request) and sees_everything(request.user)

    def get_inlines(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_inlines(request, obj) if obj else []

    def get_form(
        self,
        request: HttpRequest,
        obj: Organization | None = None,  # type: ignore[override]
        change: bool = False,
        **kwargs: object,
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and "slug" in form.base_fields:
            form.base_fields["slug"].required = False
            form.base_fields["slug"].help_text = "Made from the name if left empty."
        return form

    @confirmed(
        permission="organizations.add_invitation",
        description="Invite",
        icon="mail",
        reason="optional",
        explanation="We e-mail them a link. They become a member when they accept.",
        form_class=InviteForm,
    )
    def invite(
        self, request: HttpRequest, organizations: QuerySet[Organization], answer: InviteForm
    ) -> str:
        invitation = invitation_create(
            organization=organizations.get(),
            email=answer.cleaned_data["email"],
            role=answer.cleaned_data["role"],
            actor=request.user,
            reason=answer.reason,
        )
        role = invitation.get_role_display().lower()
        return f"Invited {invitation.email} as {role}. The e-mail is being sent."
