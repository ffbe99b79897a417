"""Step 1: the file, and how it is to be read."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Reading

ACCEPTED = ".csv,.tsv,.txt,.tab,.xlsx,.xlsm,.xls,.ods,text/csv"
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1252": "Windows-1252 (Western)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "iso8859-15": "ISO 8859-15",
    "mac-roman": "Mac Roman",
    "cp437": "DOS 437",
    "cp850": "DOS 850",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def encoding_name(encoding: str) -> str:
    """Return how people call an encoding: "Windows-1252"."""
    plain = encoding.lower().replace("_", "-").removesuffix("-sig")
    name = ENCODINGS.get(plain) or ENCODINGS.get(plain.replace("-", "_")) or encoding
    return name.partition(" (")[0]


def delimiter_name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f"“{delimiter}”")


class UploadForm(forms.Form):
    # A file of no bytes is refused by the service, in the same words as everywhere.
    file = forms.FileField(
        allow_empty_file=True,
        max_length=1000,
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "qd-drop-input"}),
    )


class ReadingForm(forms.Form):
    """Only what the format has: a workbook has no delimiter, a text file no sheets."""

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
            unknown = "Choose a sheet" if name == "sheet" else "Find out"
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
    said = f"{sheet['name']}, {rows:,} rows" if rows is not None else str(sheet["name"])
    return f"{said} (hidden)" if sheet.get("hidden") else said
