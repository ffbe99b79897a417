"""Which staff roles a person has."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

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
            help_text="A person with a role may sign in to this back office, one without may not.",
        )
        self.fields = {"roles": roles, **self.fields}
