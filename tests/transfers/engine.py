"""Ways into the engine for its tests: a file of rows in, a run out."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from apps.transfers.models import ImportRun

MEMBER_HEADER = ["E-mail", "First", "Last", "Office phone", "Committee ID", "Position"]
ORGANIZATION_HEADER = ["Committee", "Committee ID"]


class Outcome:
    """What `import_file --json` said, how it ended, and the run."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.err = err.strip()
        self.json: dict[str, Any] = json.loads(out.strip().splitlines()[-1]) if out.strip() else {}

    def __getattr__(self, name: str) -> Any:
        return self.json[name]

    @property
    def record(self) -> ImportRun:
        return ImportRun.objects.get(pk=self.json["run"])

    def messages(self) -> list[str]:
        return [problem["message"] for problem in self.json["problems"]]

    def refused_rows(self) -> list[int]:
        return [problem["row"] for problem in self.json["problems"]]


def text_of(rows: list[list[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def import_path(dataset: str, path: Path, *options: str) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_file", dataset, str(path), "--json", *options, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


class Importer:
    """Writes files into a folder of the test's and imports them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def raw(self, dataset: str, content: bytes, *options: str, name: str = "roster.csv") -> Outcome:
        path = self.folder / name
        path.write_bytes(content)
        return import_path(dataset, path, *options)

    def text(self, dataset: str, text: str, *options: str, **named: Any) -> Outcome:
        return self.raw(dataset, text.encode(), *options, **named)

    def rows(self, dataset: str, rows: list[list[str]], *options: str) -> Outcome:
        return self.text(dataset, text_of(rows), *options)

    def members(self, *rows: list[str], options: tuple[str, ...] = ()) -> Outcome:
        """Import rows of e-mail, first name, last name, phone, organization, role."""
        return self.rows("members", [MEMBER_HEADER, *rows], *options)

    def organizations(self, *rows: list[str], options: tuple[str, ...] = ()) -> Outcome:
        return self.rows("organizations", [ORGANIZATION_HEADER, *rows], *options)
