"""The memberships of a person, on the person's own page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.admin.user import UserAdmin
from apps.core.admin.display import moment_column, record_link, state_column
from apps.core.admin.inlines import ReadOnlyInline
from apps.organizations.admin.colors import ROLE_COLORS
from apps.organizations.models import Membership


@UserAdmin.add_inline
class MembershipsOfPersonInline(ReadOnlyInline):
    model = Membership
    verbose_name_plural = "memberships"
    fields = ["organization_link", "role_label", "created_moment"]
    readonly_fields = ["organization_link", "role_label", "created_moment"]

    role_label = state_column("role", ROLE_COLORS)
    created_moment = moment_column("created_at", description="since")

    @display(description="organization")
    def organization_link(self, membership: Membership) -> SafeString | str:
        return record_link(membership.organization)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization").order_by("-pk")
