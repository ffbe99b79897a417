"""The form that starts an impersonation."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldBooleanSwitchWidget

from apps.accounts.impersonation.rules import WRITING
from apps.core.admin.confirm_form import ConfirmationForm


class ImpersonationForm(ConfirmationForm):
    """Offers write access to people who may have it; everyone else gets read-only access."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request.user.has_perm(WRITING):
            may_write = forms.BooleanField(
                label="Allow changes",
                required=False,
                widget=UnfoldBooleanSwitchWidget(),
                help_text="Leave off to view only, so that nothing is changed by mistake.",
            )
            self.fields = {"may_write": may_write, **self.fields}
