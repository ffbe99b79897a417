"""The reason that confirms a plan, or its undo."""

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.core.admin.reason import REASON_LENGTH


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Shown in the history of every record that changes.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, is_required: bool = True, typed: str = ""
    ) -> None:
        super().__init__(data)
        self.fields["reason"].required = is_required
        self.typed = typed
        if typed:
            self.fields["typed"] = forms.CharField(
                label=f"Type “{typed}” to confirm",
                widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            )

    def clean_typed(self) -> str:
        value = str(self.cleaned_data["typed"])
        if value.strip().replace(",", "") != self.typed:
            raise forms.ValidationError(f"This doesn't match “{self.typed}”.")
        return value
