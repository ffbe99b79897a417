"""The form on a confirmation page."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.core.admin.editing.comparison import ComparisonMixin
from apps.core.admin.reason import REASON_LENGTH


class ConfirmationForm(ComparisonMixin, forms.Form):
    """A reason, and text to type as a confirmation. Subclasses add fields, which come before these
    two.

    Subclasses can use `self.request` and `self.queryset`, the selected records. Fields that show
    and edit stored values of one record are named in `edits`: changes that others made to them in
    the meantime are merged, as on a change page.
    """

    edits: ClassVar[frozenset[str]] = frozenset()
    # True on the page of one record. A list's action edits nothing that was shown.
    is_of_one = False

    def __init__(
        self,
        *args: Any,
        request: HttpRequest,
        queryset: QuerySet,
        reason: str = "required",
        typed: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.queryset = queryset
        self.typed = typed
        if reason != "none":
            self.fields["reason"] = forms.CharField(
                label="Reason",
                required=reason == "required",
                max_length=REASON_LENGTH,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
                help_text="Shown in the history of every record that changes.",
            )
        if typed:
            self.fields["typed"] = forms.CharField(
                label=f"Type “{typed}” to confirm",
                widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            )

    @property
    def is_compared(self) -> bool:
        return self.is_bound and self.is_of_one and bool(self.edits)

    @property
    def uncompared(self) -> frozenset[str]:
        return frozenset(self.fields.keys() - self.edits)

    @property
    def record(self) -> tuple[Any, Any]:
        record = self.queryset.get()
        return type(record), record.pk

    def consequences(self) -> list[str]:
        """Return sentences that depend on the viewer; the action's own sentences come before them."""
        return []

    @property
    def reason(self) -> str:
        return str(self.cleaned_data.get("reason", ""))

    def clean_typed(self) -> str:
        value = str(self.cleaned_data["typed"])
        if value.strip() != self.typed.strip():
            raise forms.ValidationError(f"This doesn't match “{self.typed}”.")
        return value
