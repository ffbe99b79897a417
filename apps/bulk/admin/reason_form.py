"""The reason that confirms a plan, or its undo."""

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.core.admin.reason import REASON_LENGTH


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Shown in the history of every record that changes.",
    )

    def __init__(self, data: QueryDict | None = None, *, is_required: bool = True) -> None:
        super().__init__(data)
        self.fields["reason"].required = is_required
