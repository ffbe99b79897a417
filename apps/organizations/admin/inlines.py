"""The people of an organization on its own page: editable memberships, and read-only invitations."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.renderers import BaseRenderer
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.core.admin.display import moment_column, record_link, state_column
from apps.core.admin.editing.rows import VersionedRowForm
from apps.core.admin.inlines import BaseTabularInline, ReadOnlyInline
from apps.core.personal import reveal
from apps.organizations.admin.colors import INVITATION_COLORS
from apps.organizations.models import Invitation, Membership, Role
from apps.organizations.services.memberships import (
    membership_add,
    membership_remove,
    membership_update,
)


class ShownPerson(forms.Widget):
    """A person who is a member: shown as a link, because a membership does not change its person.

    A select with search per row would cost a statement per row.
    """

    def __init__(self, person: User) -> None:
        super().__init__()
        self.person = person

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        return format_html("{}", record_link(self.person))


class MembershipForm(VersionedRowForm):
    class Meta:
        model = Membership
        fields = ["user", "role"]
        labels = {"user": "person"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.user_id and "user" in self.fields:
            field: Any = self.fields["user"]
            field.disabled = True
            field.widget = ShownPerson(self.instance.user)
            # Django looks up even a disabled field's value when the form is cleaned.
            field.clean = lambda value: self.instance.user


class MembershipInline(BaseTabularInline):
    model = Membership
    form = MembershipForm
    create_service = staticmethod(membership_add)
    update_service = staticmethod(membership_update)
    delete_service = staticmethod(membership_remove)
    reason_required = True
    fields = ["user", "role"]
    fixed_fields = ("user",)
    autocomplete_fields = ["user"]
    verbose_name = "member"
    verbose_name_plural = "members"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Newest first, by key, so that every page of every organization is fast.
        return super().get_queryset(request).select_related("user").order_by("-pk")

    def in_order(self, forms: Iterable[Any]) -> list[Any]:
        """Create new owners first, so that one always remains."""
        return sorted(forms, key=lambda form: form.instance.role != Role.OWNER)


class InvitationInline(ReadOnlyInline):
    model = Invitation
    fields = ["page", "role", "state_label", "sent_moment", "expires_moment"]
    readonly_fields = ["page", "role", "state_label", "sent_moment", "expires_moment"]
    show_change_link = False

    state_label = state_column("state", INVITATION_COLORS)
    sent_moment = moment_column("sent_at")
    expires_moment = moment_column("expires_at")

    def page(self, invitation: Invitation) -> SafeString:
        url = reverse("admin:organizations_invitation_change", args=[invitation.pk])
        return format_html(
            '<a href="{}" class="text-primary-600">{}</a>',
            url,
            reveal(invitation.email, key=invitation.pk),
        )

    page.short_description = "e-mail"  # type: ignore[attr-defined]
