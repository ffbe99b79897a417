"""The files that the benchmark imports: rosters as a customer's spreadsheet writes them."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

HEADER = ["E-mail", "First", "Last", "Office phone", "Committee ID", "Position"]
ROLES = ("member", "vice chair", "chair", "advisory")


def organizations(count: int, path: Path) -> Path:
    return _csv(
        path, ["Committee", "Committee ID"], ([f"Bench {n}", f"B-{n}"] for n in range(count))
    )


def members(
    rows: int, organizations: int, path: Path, *, salt: str = "m", change_every: int = 0
) -> Path:
    """Write a roster; with `change_every` each so-many-th person has another phone number."""
    return _csv(path, HEADER, _members(rows, organizations, salt, change_every))


def mixed(rows: int, organizations: int, path: Path) -> Path:
    """Write a roster with some of everything: refused for several reasons, new, changed in one column
    or in several, alike; and at its very end kinds of rows that are nowhere else."""

    def records() -> Iterator[list[str]]:
        last: list[str] = []
        for n, record in enumerate(_members(rows, organizations, "m", 7)):
            if n % 20 == 3:
                record[0] = f"person {n} at bench"
            elif n % 20 == 7:
                record[5] = f"wizard {n % 5}"
            elif n % 20 == 11:
                record[4] = f"nowhere {n % 300}"
            elif n % 20 in (13, 14):
                record[0] = f"new{n}@bench.example"
            elif n % 20 == 17:
                record[5] = "observer"
            elif n % 20 == 18:
                record[1] = f"Other{n % 13}" if n % 3 else record[1]
                record[2] = f"Married{n % 17}" if n % 5 else record[2]
            if n >= rows - 90:
                if n % 3 == 0:
                    record[0] = ""
                elif n % 3 == 1:
                    record[0], record[5] = f"zoe{n}@bench.example", "member"
                else:
                    record = last
            yield record
            last = record

    return _csv(path, HEADER, records())


def _members(rows: int, organizations: int, salt: str, change_every: int) -> Iterator[list[str]]:
    for n in range(rows):
        area = "984" if change_every and n % change_every == 0 else "919"
        yield [
            f"person{n}.{salt}@bench.example",
            f"First{n % 977}",
            f"Last{n % 7919}",
            f"{area}-{n % 900 + 100}-{n % 10_000:04d}",
            f"B-{n % organizations}",
            ROLES[n % 4],
        ]


def _csv(path: Path, header: list[str], records: Iterator[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(records)
    return path


_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
</Types>"""
_RELATIONS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>\
</Relationships>"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows: int, organizations: int, path: Path) -> Path:
    """Write the roster as a spreadsheet does: every text once, in a table that the cells point into."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELATIONS.format("officeDocument", "xl/workbook.xml"))
        book.writestr(
            "xl/_rels/workbook.xml.rels", _RELATIONS.format("worksheet", "worksheets/sheet1.xml")
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
            '<sheet name="Roster" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            records = _members(rows, organizations, "m", 0)
            for number, record in enumerate([HEADER], 1):
                sheet.write(_row(number, record, texts))
            for number, record in enumerate(records, 2):
                sheet.write(_row(number, record, texts))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'<sst xmlns="{_MAIN}">'.encode())
            for text in texts:
                shared.write(f"<si><t>{escape(text)}</t></si>".encode())
            shared.write(b"</sst>")
    return path


def _row(number: int, record: list[str], texts: dict[str, int]) -> bytes:
    cells = "".join(
        f'<c r="{letter}{number}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'
        for letter, text in zip("ABCDEF", record, strict=True)
    )
    return f'<row r="{number}">{cells}</row>'.encode()
