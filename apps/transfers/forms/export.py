"""The columns and the format of an export."""

from typing import Any

from django import forms
from unfold.widgets import (
    CHECKBOX_CLASSES,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.actors import PermissionHolder
from apps.transfers.declarations import DatasetResource
from apps.transfers.models import ExportRun
from apps.transfers.personal import exportable_columns


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
        label="Save these columns as",
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Name of the column set"}),
    )

    def __init__(
        self, *args: Any, dataset: type[DatasetResource], user: PermissionHolder, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_chosen"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        columns = dataset.columns()
        names = exportable_columns(dataset, user)
        self.left_out = [columns[name].label for name in columns if name not in names]
        field.choices = [(name, columns[name].label) for name in names]
        self.initial.setdefault("fields_chosen", names)
