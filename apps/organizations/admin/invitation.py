"""Invitations: sent, sent again, or revoked, but never edited."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.offer import bulk_action
from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import copyable_id, moment_column, record_link, state_column
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.personal import reveal
from apps.organizations.admin.colors import INVITATION_COLORS, ROLE_COLORS
from apps.organizations.admin.invite_many import InviteMany
from apps.organizations.bulk_actions import EXTEND, RESEND, REVOKE
from apps.organizations.models import Invitation
from apps.organizations.services.invitations import invitation_create


@admin.register(Invitation)
class InvitationAdmin(InviteMany, TimelineMixin, BaseAdmin):
    create_service = staticmethod(invitation_create)
    list_display = [
        "address",
        "organization_link",
        "role_label",
        "state_label",
        "sent_moment",
        "expires_moment",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("organization", RecordFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ["organization"]
    search_fields = ["email"]
    search_help_text = "E-mail"
    sortable_by: list[str] = []
    ordering = ["-id"]
    autocomplete_fields = ["organization"]
    actions = ["resend", "extend", "revoke"]
    actions_row = ["resend", "extend", "revoke"]
    actions_detail = ["resend", "extend", "revoke"]
    add_fieldsets = [(None, {"fields": ["email", "organization", "role"]})]
    fieldsets = [
        (None, {"fields": ["address", "organization_link", "role_label", "state_label"]}),
        (
            "Progress",
            {
                "fields": [
                    "invited_link",
                    "created_moment",
                    "sent_moment",
                    "expires_moment",
                    "accepted_moment",
                    "accepted_link",
                    "copyable_id",
                ]
            },
        ),
    ]

    resend = bulk_action(
        RESEND,
        icon="forward_to_inbox",
        when=lambda invitation: invitation.state in ("pending", "expired"),
    )
    extend = bulk_action(
        EXTEND, icon="more_time", when=lambda invitation: invitation.state == "pending"
    )
    revoke = bulk_action(
        REVOKE,
        icon="cancel_schedule_send",
        danger=True,
        when=lambda invitation: invitation.state == "pending",
    )

    copyable_id = copyable_id
    role_label = state_column("role", ROLE_COLORS)
    state_label = state_column("state", INVITATION_COLORS)
    created_moment = moment_column("created_at")
    sent_moment = moment_column("sent_at")
    expires_moment = moment_column("expires_at")
    accepted_moment = moment_column("accepted_at")

    @display(description="e-mail")
    def address(self, invitation: Invitation) -> str:
        return reveal(invitation.email, key=invitation.pk)

    @display(description="organization")
    def organization_link(self, invitation: Invitation) -> SafeString | str:
        return record_link(invitation.organization)

    @display(description="invited by")
    def invited_link(self, invitation: Invitation) -> SafeString | str:
        return record_link(invitation.invited_by)

    @display(description="accepted by")
    def accepted_link(self, invitation: Invitation) -> SafeString | str:
        return record_link(invitation.accepted_by)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        if obj is None:
            return []
        return [name for _, options in self.fieldsets for name in options["fields"]]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A sent invitation is never edited; sending it again and revoking it are actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An invitation is revoked, never deleted."""
        return False

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say that an e-mail is being sent: "added successfully" would not tell."""
        if {"_continue", "_addanother", "_popup"} & set(request.POST):
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request,
            f"Invited {self.address(obj)} to {obj.organization}. The e-mail is being sent; "
            "the “sent” column shows when it went out.",
        )
        return self.response_post_save_add(request, obj)
