"""Which columns leave, and in which format."""

from typing import Any

from django import forms
from unfold.widgets import (
    CHECKBOX_CLASSES,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.transfers.declarations import DatasetResource
from apps.transfers.models import ExportRun


class ExportForm(forms.Form):
    fields_chosen = forms.MultipleChoiceField(
        label="Columns",
        widget=forms.CheckboxSelectMultiple(attrs={"class": " ".join(CHECKBOX_CLASSES)}),
        error_messages={"required": "Choose at least one column."},
    )
    format = forms.ChoiceField(
        label="Format",
        choices=ExportRun.Format,
        initial=ExportRun.Format.CSV,
        widget=UnfoldAdminRadioSelectWidget,
    )
    profile_name = forms.CharField(
        label="Save this choice as",
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Name of a profile"}),
    )

    def __init__(self, *args: Any, dataset: type[DatasetResource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_chosen"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        field.choices = [(name, column.label) for name, column in dataset.columns().items()]
        self.initial.setdefault("fields_chosen", list(dataset.columns()))
