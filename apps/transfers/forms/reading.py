"""Step 1: the file, and how to read it."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Reading
from apps.transfers.reading.encoding_names import ENCODINGS

ACCEPTED = ".csv,.tsv,.txt,.tab,.xlsx,.xlsm,.xls,.ods,text/csv"
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def delimiter_name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f"“{delimiter}”")


class UploadForm(forms.Form):
    # The service refuses an empty file, with the same message everywhere.
    file = forms.FileField(
        allow_empty_file=True,
        max_length=1000,
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "qd-drop-input"}),
    )


class ReadingForm(forms.Form):
    """Only the format's settings: a workbook has no delimiter, a text file no sheets."""

    encoding = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    delimiter = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    sheet = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    header_row = forms.IntegerField(
        label="Header in row",
        min_value=1,
        max_value=1000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, run: ImportRun, findings: Findings, **kwargs: Any) -> None:
        chosen = Reading.from_json(run.reading)
        kwargs["initial"] = {
            "encoding": findings.encoding or chosen.encoding,
            "delimiter": findings.delimiter or chosen.delimiter,
            "sheet": findings.sheet or chosen.sheet,
            "header_row": chosen.header_row or findings.header_row,
        }
        super().__init__(*args, **kwargs)
        if findings.sheets or findings.format in ("xlsx", "xls", "ods", "xlsm"):
            del self.fields["encoding"], self.fields["delimiter"]
            self._choices("sheet", [(sheet["name"], _sheet(sheet)) for sheet in findings.sheets])
            if len(findings.sheets) < 2:
                del self.fields["sheet"]
        else:
            del self.fields["sheet"]
            self._choices("encoding", list(ENCODINGS.items()))
            self._choices("delimiter", list(DELIMITERS.items()))
        if findings.needs_sheet:
            del self.fields["header_row"]
            self.fields["sheet"].required = True
            self.fields["sheet"].error_messages["required"] = "Choose one."

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        current = self.initial.get(name) or ""
        if current not in {value for value, _ in choices}:
            unknown = "Choose a sheet" if name == "sheet" else "Detect"
            choices = [(current, current or unknown), *choices]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def reading(self) -> Reading:
        data = self.cleaned_data
        return Reading(
            encoding=data.get("encoding") or "",
            delimiter=data.get("delimiter") or "",
            sheet=data.get("sheet") or "",
            header_row=data.get("header_row") or 0,
        )


def _sheet(sheet: dict[str, Any]) -> str:
    rows = sheet.get("rows")
    message = f"{sheet['name']}, {rows:,} rows" if rows is not None else str(sheet["name"])
    return f"{message} (hidden)" if sheet.get("hidden") else message
