"""The form for a person's staff roles."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.accounts.email_changes.selectors import recent_email_change
from apps.core.admin.confirm_form import ConfirmationForm


class RoleForm(ConfirmationForm):
    edits = frozenset({"roles"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.queryset.get()
        roles = forms.ModelMultipleChoiceField(
            label="Staff roles",
            queryset=Group.objects.order_by("name"),
            required=False,
            initial=user.groups.all(),
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            help_text="Only people with a role can sign in to this back office.",
        )
        self.fields = {"roles": roles, **self.fields}

    def consequences(self) -> list[str]:
        """Warn if the address is new: the role is then given to anyone who reads its mail."""
        change = recent_email_change(self.queryset.get())
        if change is None:
            return []
        by = change.requested_by or "the system"
        return [f"The e-mail address was changed on {change.ended_at:%Y-%m-%d}, asked for by {by}."]
