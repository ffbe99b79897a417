"""How somebody begins to act as somebody else."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldBooleanSwitchWidget

from apps.accounts.impersonation.rules import WRITING
from apps.core.admin.confirm_form import ConfirmationForm


class ImpersonationForm(ConfirmationForm):
    """Asks whether to write, of those who may; everybody else only looks."""

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
