"""Too many rows are refused while the file is read, in a sentence that says how many there may be."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from apps.core.errors import DomainError
from apps.transfers.options import Reading
from apps.transfers.reading import limits, open_source
from apps.transfers.reading.sheet import SheetReader
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db

ROW = '<row r="{}"><c t="inlineStr"><is><t>a@example.org</t></is></c></row>'


def tight(rows: int, row: str = ROW) -> bytes:
    """Return a workbook of many rows that say the same, in a few megabytes."""
    buffer, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("Roster").write(0, 0, "E-mail")
    with (
        zipfile.ZipFile(buffer) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
                continue
            with target.open(name, "w") as part:
                part.write(b"<worksheet><sheetData>")
                for start in range(1, rows, 10_000):
                    numbers = range(start, start + 10_000)
                    part.write("".join(map(row.format, numbers)).encode())
                part.write(b"</sheetData></worksheet>")
    return out.getvalue()


def test_a_workbook_of_three_million_rows_is_refused_before_it_is_parsed(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    start = SheetReader._start
    monkeypatch.setattr(
        SheetReader,
        "_start",
        lambda self, tag, attrs: (parsed.append(tag), start(self, tag, attrs)),
    )
    content = tight(3_000_000)
    assert len(content) < 16_000_000
    output = importer.raw("members", content, name="roster.xlsx")

    assert output.code == 2
    assert output.err == (
        "The sheet has more than 1,048,576 rows, which is the most that a sheet can have. "
        "Split it into several, or save it as CSV."
    )
    assert parsed == []


def test_a_row_beyond_the_last_of_a_sheet_is_refused_by_its_limit(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("Roster").write(0, 0, "E-mail")
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode()
            target.writestr(name, data.replace('<row r="1"', '<row r="1048577"'))
    output = importer.raw("members", out.getvalue(), name="roster.xlsx")
    assert output.code == 2
    assert "more than 1,048,576 rows" in output.err


def test_rows_of_a_text_file_are_counted_while_they_are_read(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 20_000)
    read: list[int] = []

    path = importer.folder / "rows.csv"
    path.write_text("E-mail\n" + "a@example.org\n" * 200_000)
    source = open_source(path, Reading(), lambda header: header == "E-mail")
    rows = source.rows

    def counted() -> Iterator[Any]:
        for row in rows():
            read.append(row[0])
            yield row

    monkeypatch.setattr(source, "rows", counted)
    with pytest.raises(DomainError, match="more than 20,000 rows, which is the most"):
        source.survey()
    assert len(read) < 30_000


@pytest.mark.parametrize("line", ["\n", ",,\n", '""\n'])
def test_lines_with_nothing_in_them_are_counted_too(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_LINES", 50_000)
    path = tmp_path / "rows.csv"
    path.write_text("E-mail,First,Last\na@example.org,Ann,Lee\n" + line * 100_000)
    with pytest.raises(DomainError, match="more than 50,000 lines, which is the most"):
        open_source(path, Reading(), lambda header: header == "E-mail").survey()


@pytest.mark.faults
def test_a_tight_workbook_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(tight(3_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(DomainError):
            open_source(path, Reading(), bool)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
