"""Step 3: confirming a plan, and undoing it."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.admin.reason import REASON_LENGTH


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        error_messages={
            "required": "A reason is required. It is shown in the history of every record."
        },
    )

    def __init__(self, *args: Any, placeholder: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["placeholder"] = placeholder


class ConfirmForm(ReasonForm):
    """`plan_token` identifies the plan that was shown; the number is requested if the plan requires it."""

    plan_token = forms.CharField(widget=forms.HiddenInput, max_length=32)
    typed_number = forms.IntegerField(required=False, widget=UnfoldAdminIntegerFieldWidget)

    def __init__(self, *args: Any, number: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if number is None:
            del self.fields["typed_number"]
        else:
            field = self.fields["typed_number"]
            field.label = f"Type {number} to confirm"
            field.widget.attrs["autocomplete"] = "off"
