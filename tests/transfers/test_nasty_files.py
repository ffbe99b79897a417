"""Files as the world makes them, and as nobody should: each read right or refused in one sentence."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Membership
from apps.transfers.options import Reading
from apps.transfers.reading import open_source
from apps.transfers.reading.content import refuse_binary
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer, import_path, text_of

HEAD = ["E-mail", "First", "Last", "Organization", "Role"]
HEADER = ",".join(HEAD) + "\n"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _harbor(db: None) -> None:
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")


def row(n: int, **changes: str) -> list[str]:
    values = {"email": f"p{n}@example.org", "first": f"F{n}", "last": "L", "org": "H-1", "role": "member"}  # fmt: skip
    return list((values | changes).values())


def table(*rows: list[str]) -> str:
    return text_of([HEAD, *rows])


def book(*rows: list[Any], **sheets: Any) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("Roster")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return buffer.getvalue()


ONE = book(HEAD, row(1))


def patched(part: str, change: Callable[[bytes], bytes]) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(ONE)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name)
            out.writestr(name, change(data) if name.endswith(part) else data)
    return target.getvalue()


def swapped(part: str, old: bytes, new: bytes) -> bytes:
    assert old in zipfile.ZipFile(io.BytesIO(ONE)).read(part)
    return patched(part, lambda data: data.replace(old, new))


def locked(content: bytes) -> bytes:
    """Set the bit of an encrypted entry on every entry of a ZIP archive."""
    data = bytearray(content)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, content in files.items():
            out.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DTD = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

UNUSABLE = {
    "only a BOM": (b"\xef\xbb\xbf", "doesn't even have a header"),
    "only a sep line": (b"sep=;\n", "doesn't even have a header"),
    "a header in UTF-16 and no rows": (HEADER.encode("utf-16"), "no rows"),
    "HTML behind a comment": (b"<!-- saved --><html><body><table></table></body></html>", "HTML"),
    "a table of HTML": (b"  \n<TABLE><tr><td>E-mail</td></tr></TABLE>", "HTML"),
    "JSON": (b'[{"E-mail": "a@x.org"}]', "The file is JSON, not a table."),
    "XML of 2003": (b'<?xml version="1.0"?><Workbook/>', "The file is XML"),
    "an old workbook": (OLE + "Workbook".encode("utf-16-le"), "in the old XLS format. Save it as XLSX"),
    "a very old workbook": (b"\x09\x00\x04\x00\x07\x00\x10\x00" + bytes(90), "in the old XLS format"),
    "a workbook with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password. Save it without one."),
    "a workbook whose entries are locked": (locked(ONE), "protected by a password"),
    "a locked archive": (locked(archive(a_dot_csv="x")), "a ZIP archive with a password"),
    "an archive": (archive(a_dot_csv="x"), "a ZIP archive, not a table. Unpack it first."),
    "an OpenDocument": (archive(content_dot_xml="<x/>"), "an OpenDocument file. Save it as XLSX or CSV."),
    "a Numbers document": (archive(Index__Document_dot_iwa="x"), "a Numbers document. Export it as XLSX or CSV."),
    "a Word document": (archive(word__document_dot_xml="<x/>"), "a Word document"),
    "a cut workbook": (ONE[:-300], "The workbook is broken"),
    "a cut sheet": (patched(SHEET, lambda data: data[: len(data) // 2]), "The workbook is broken"),
    "a workbook without its parts": (archive(xl__workbook_dot_xml="<workbook/>"), "The workbook is broken"),
    "a laughing sheet": (patched(SHEET, lambda data: data.replace(b"<worksheet", DTD + b"<worksheet", 1)), "declares document types"),
    "a sheet that reaches out": (patched(SHEET, lambda data: data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet', 1)), "declares document types"),
    "a row beyond the sheet": (swapped(SHEET, b'<row r="2"', b'<row r="99999999999"'), "more than 1,048,576 rows"),
    "a row that stands twice": (swapped(SHEET, b'<row r="2"', b'<row r="1"'), "The workbook is broken"),
    "a row without a number": (swapped(SHEET, b'<row r="2"', b'<row r="x"'), "The workbook is broken"),
    "a cell beyond the sheet": (swapped(SHEET, b'r="A2"', b'r="ZZZZZ2"'), "The workbook is broken"),
    "cells out of order": (swapped(SHEET, b'r="E2"', b'r="A2"'), "The workbook is broken"),
    "a text that is not there": (swapped(SHEET, b"<v>5</v>", b"<v>999</v>"), "The workbook is broken"),
    "a number that is none": (swapped(SHEET, b' t="s"><v>6</v>', b"><v>NaN</v>"), "The workbook is broken"),
    "a number beyond all": (swapped(SHEET, b' t="s"><v>6</v>', b"><v>1e999</v>"), "The workbook is broken"),
    "16,384 columns": ((",".join(f"c{n}" for n in range(16_384)) + "\nx\n").encode(), "The header has at least 16,384 columns; at most 500"),
    "a sheet of 16,384 columns": (book(HEAD, ["x"] * 16_384), "at most 500 columns"),
    "a quote open at line 3 of 50,000": ((table(row(1), row(2, first="\0")).replace("\0", '"Ann') + text_of([row(n) for n in range(3, 50_000)])).encode(), "opens in line 3 is not closed"),
    "a quote open at line 3, and quotes after it": ((table(row(1), row(2, first="\0")).replace("\0", '"Ann') + 'q@x.org,"Q",L,H-1,member\n' * 40).encode(), "opens in line 3 is not closed"),
    "a quote open in the last cell": ((table(row(1)) + 'p2@example.org,A,L,H-1,"member').encode(), "opens in line 3 is not closed"),
    "a word of another encoding": (table(row(1, first="Zoë")).encode() + "q@x.org,José,L,H-1,member\n".encode("cp1252"), "line 2 is UTF-8, line 3 is not"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_is_no_table_gets_one_sentence(
    what: str, importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    content, sentence = UNUSABLE[what]
    result = importer.raw("members", content)
    assert (result.code, result.created, result.json["error"]) == (2, 0, result.err)
    assert sentence in result.err
    assert len(result.err.splitlines()) == 1
    assert "error on our side" not in result.err
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert not Membership.objects.exists()


TEXT = table(row(1), row(2, first="Zoë"))
READ = {
    "UTF-32 with a BOM": TEXT.encode("utf-32"),
    "UTF-32, little end first": TEXT.encode("utf-32-le"),
    "UTF-32, big end first": TEXT.encode("utf-32-be"),
    "a BOM and a sep line": ("\ufeffsep=;\r\n" + TEXT.replace(",", ";")).encode(),
    "a sep line in UTF-16": ("sep=;\r\n" + TEXT.replace(",", ";")).encode("utf-16"),
    "a quoted sep line": ('"sep=|"\n' + TEXT.replace(",", "|")).encode(),
    "a sep line of tabs": ("sep=\t\n" + TEXT.replace(",", "\t")).encode(),
    "a sep line with a mark of its own": ("SEP=^\n" + TEXT.replace(",", "^")).encode(),
    "a sep line that says nothing": ("sep=\n" + TEXT).encode(),
    "a sep line that says a quote": ('sep="\n' + TEXT).encode(),
    "line ends of all kinds": TEXT.replace("\n", "\r\n", 1).replace("member\n", "member\r", 1).encode(),
    "everything quoted": "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in TEXT.split("\n") if line).encode(),
    "commas after everything": TEXT.replace("\n", ",,,\n").encode(),
    "three empty lines and one of spaces": TEXT.replace("member\n", "member\n\n\n ,,,,\n\n", 1).encode(),
    "a workbook named .csv": book(HEAD, row(1), row(2, first="Zoë")),
    "a workbook that says it is as large as a sheet can be": swapped(SHEET, b'ref="A1:E2"', b'ref="A1:XFD1048576"'),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_what_is_a_table_is_read(what: str, importer: Importer) -> None:
    result = importer.raw("members", READ[what])
    assert (result.code, result.failed) == (0, 0), result.err or result.json
    assert result.created == result.rows
    if result.rows == 2:
        assert User.objects.get(email="p2@example.org").first_name == "Zoë"


CELLS: list[tuple[str, str, str | None, str]] = [
    # field, cell, what it is read as (None: refused), what is said
    ("email", "Q <q@example.org>", "q@example.org", ""),
    ("email", '"Last, First" <q@example.org>', "q@example.org", ""),
    ("email", "<q@example.org>", "q@example.org", ""),
    ("email", "MAILTO:q@example.org", "q@example.org", ""),
    ("email", "Q <mailto:q@example.org>", "q@example.org", ""),
    ("email", "\u202aq@example.org\u202c", "q@example.org", ""),
    ("email", "q@example.org\u200e", "q@example.org", ""),
    ("email", "Q@EXAMPLE.ORG", "q@example.org", ""),
    ("email", "\u00a0q@example.org\u200b", "q@example.org", ""),
    ("email", "q@example.org, r@example.org", None, "more than one address"),
    ("email", "q@example.org; r@example.org", None, "more than one address"),
    ("email", "q@example.org r@example.org", None, "more than one address"),
    ("email", "q@example.org.", None, "not an e-mail"),
    ("email", "q@example", None, "not an e-mail"),
    ("email", "q@exam ple.org", None, "not an e-mail"),
    ("first_name", "\u202eevil", "\u202eevil", ""),
    ("first_name", "Null", "Null", ""),
    ("first_name", "N/A", "N/A", ""),
    ("first_name", "-", "-", ""),
    ("first_name", "#N/A", None, "a spreadsheet error"),
    ("first_name", "A\x0bB", None, "a control character"),
    ("first_name", "Strauß", "Strauß", ""),
    ("first_name", "\u0130pek I\u015f\u0131k", "\u0130pek I\u015f\u0131k", ""),
    ("first_name", "  Ann\u2003Mary\u00a0 ", "Ann Mary", ""),
    ("first_name", "Zoe\u0308", "Zoë", ""),
    ("first_name", "👩‍🚀 Ada", "👩‍🚀 Ada", ""),
    ("first_name", "x" * 200_000, None, "200,000 characters are too many. The limit is 150."),
    ("first_name", "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1", ""),
    ("first_name", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", ""),
    ("organization", "1.23457E+15", None, "has lost its digits"),
    ("organization", "1,23457e+15", None, "has lost its digits"),
    ("organization", "H-1.0", None, "There is no organization “H-1.0”."),
    ("role", "Perhaps", None, "“Perhaps” is not a known role."),
    ("role", " CHAIR ", "owner", ""),
    ("role", "Vice-Chair", "admin", ""),
]  # fmt: skip


def test_each_cell_is_read_as_it_is_meant_or_refused_with_its_reason(importer: Importer) -> None:
    columns = {"email": 0, "first_name": 1, "organization": 3, "role": 4}
    rows = []
    for number, (name, cell, _, _) in enumerate(CELLS):
        cells = row(number)
        cells[columns[name]] = cell.replace("q@", f"q{number}@")
        rows.append(cells)
    result = importer.rows("members", [HEAD, *rows])
    problems = {problem["row"]: problem for problem in result.problems}
    memberships = {m.user.email: m for m in Membership.objects.select_related("user")}
    for number, (name, cell, value, message) in enumerate(CELLS):
        problem = problems.get(number + 2)
        if value is None:
            assert problem is not None, (cell, "was not refused")
            assert message in problem["message"], (cell, problem)
            assert problem["field"] == name
            continue
        assert problem is None, (cell, problem)
        if name == "email":
            own = value.replace("q@", f"q{number}@") if "q@" in cell else value
            assert own in memberships
            continue
        membership = memberships[f"p{number}@example.org"]
        found = membership.role if name == "role" else getattr(membership.user, name)
        assert found == value, (cell, found)


def test_a_cell_beyond_all_bounds_refuses_its_line_alone(importer: Importer) -> None:
    result = importer.rows("members", [HEAD, row(1, first="x" * 1_500_000), row(2)])
    assert (result.created, result.refused_rows()) == (1, [2])
    assert result.messages() == ["A cell of this line has more than 1,000,000 characters."]


@pytest.mark.parametrize(
    "line",
    [
        "Total,,,,2",
        ",,,Total:,2",
        "Summe,2,,,",
        '"Grand total",,,,"1,234"',
        "Total members: 2,,,,",
        "Total,,,2 members",
        "Total,,,2 members,",
        "Total: 2 members,,,,",
        "2 rows in total,,,,",
        "Gesamt,,,2 Mitglieder,",
        "Sum,,,,€1 200.50",
    ],
)
def test_a_line_of_totals_at_the_end_is_no_record(importer: Importer, line: str) -> None:
    result = importer.text("members", table(row(1), row(2)) + line + "\n")
    assert (result.created, result.refused_rows()) == (2, [4])
    assert result.messages() == ["The row is a line of totals."]


def test_fifty_thousand_bad_rows_are_counted_and_grouped_and_not_listed(importer: Importer) -> None:
    rows = [row(n, email="bad" if n % 2 else "", role="x") for n in range(50_000)]
    result = importer.rows("members", [HEAD, *rows])
    assert (result.code, result.failed, len(result.problems)) == (3, 50_000, 100)
    causes = [(cause, count) for _, cause, count in result.record.causes]
    assert sorted(causes) == [("email:invalid", 25_000), ("email:missing", 25_000)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--encoding", "base64"), "There is no encoding “base64”."),
        (("--encoding", "klingon"), "There is no encoding “klingon”."),
        (("--encoding", "utf-16"), "is not in the encoding utf-16"),
        (("--delimiter", '"'), "cannot be the delimiter"),
        (("--delimiter", "::"), "must be one character"),
        (("--sheet", "Roster"), "The file isn't a workbook, so it has no sheet “Roster”."),
        (("--header-row", "99"), "Row 99 cannot be the header"),
        (("--stop-after", "-1"), "--stop-after takes a number"),
        (("--date-order", "role=dmy"), "Role has no dates."),
        (("--blank", "role=perhaps"), "A blank role can leave, clear or refuse"),
        (("--value", "role:clerk=king"), "“king” is not a role. Choose from owner, admin, member, viewer."),
        (("--map", "Nope=role"), "no column “Nope”"),
        (("--map", "Role=nope"), "no field “nope”"),
        (("--create-missing", "role"), "cannot be created by this import"),
        (("--user", "nobody@example.org"), "There is no person"),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_one_sentence(
    importer: Importer, options: tuple[str, ...], sentence: str
) -> None:
    result = importer.text("members", table(row(1)), *options)
    assert result.code == 2
    assert sentence in result.err
    assert len(result.err.splitlines()) == 1
    assert not Membership.objects.exists()


def test_what_is_no_regular_file_is_said(importer: Importer) -> None:
    import os

    (importer.folder / "folder").mkdir()
    os.mkfifo(importer.folder / "pipe")
    for name, sentence in [
        ("folder", "is not a regular file."),
        ("pipe", "is not a regular file."),
        ("nowhere.csv", "There is no file"),
    ]:
        result = import_path("members", importer.folder / name)
        assert (result.code, sentence in result.err) == (2, True), (name, result.err)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)  # fmt: skip
def test_any_table_comes_back_cell_by_cell_with_its_line(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    delimiter: str,
    ending: str,
    encoding: str,
) -> None:
    quoted = [["alpha", "beta", "gamma"], *rows]
    lines = [delimiter.join('"' + c.replace('"', '""') + '"' for c in cells) for cells in quoted]
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes((ending.join(lines) + ending).encode(encoding))
    try:
        found = open_source(path, Reading(delimiter=delimiter), lambda header: header == "alpha")
        read = list(found.rows())
    except DomainError:
        # A quote that swallows whole records is refused, and what is hardly text; nothing is ever shifted.
        signs = [sign for cells in rows for cell in cells for sign in cell]
        assert {"\n", "\r"} & set(signs) or sum(sign < " " for sign in signs) > 16
        return
    expected = [cells for cells in rows if any(cell.strip() for cell in cells)]
    assert [cells for _, cells in read] == expected
    assert [number for number, _ in read] == sorted({number for number, _ in read})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_the_reader_fall_over(content: bytes) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(content)
        try:
            source = open_source(path, Reading(), lambda header: header == "E-mail")
            source.survey()
        except DomainError:
            return


PIECES = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(
            ["1", "12", "2026", "99999999999", "1E99", "e+999999999", ".", ",", "-", "/", "@", "<", ">", " ",
             "\u0661", "\uff11", "\u00a0", "'", "=", "#N/A", "x@y.org", "yes", "May", "Feb", "00:00", "T"]
        ),
    ),
    max_size=7,
).map("".join)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(text=PIECES, mark=st.sampled_from(["", ".", ","]), order=st.sampled_from(["", "dmy", "ymd"]))
def test_whatever_a_cell_holds_it_is_a_value_or_a_problem(text: str, mark: str, order: str) -> None:
    from apps.transfers.declarations import Column, FieldKind
    from apps.transfers.engine.stage.column_reader import ColumnReader
    from apps.transfers.options import Matching

    for kind in (
        FieldKind.TEXT, FieldKind.EMAIL, FieldKind.SLUG, FieldKind.PHONE, FieldKind.DATE, FieldKind.INTEGER, FieldKind.DECIMAL,
        FieldKind.BOOLEAN, FieldKind.CHOICE, FieldKind.RELATION,
    ):  # fmt: skip
        column = Column(
            label="Any", attribute="any", kind=kind, max_length=200, choices=[("a", "A")]
        )
        column.column_name = "any"
        column.digits, column.bounds = (10, 2), (0, 32_767)
        matching = Matching(decimal_mark=mark, date_orders={"any": order} if order else {})
        problems: list[Any] = [None]
        (value,) = ColumnReader(column, matching).read([text], problems)
        if problems[0]:
            assert value is None
            assert problems[0][0].message
        elif value:
            assert "\x00" not in value
            if kind is FieldKind.INTEGER:
                assert 0 <= int(value) <= 32_767
            if kind is FieldKind.DATE:
                assert value == value.strip()
                assert len(value) == 10


@pytest.mark.parametrize("size", [300, 5_000, 200_000])
@pytest.mark.parametrize("encoding", ["", "cp1252", "latin-1"])
def test_random_bytes_are_said_to_be_no_text(importer: Importer, size: int, encoding: str) -> None:
    noise = random.Random(size).randbytes(size)  # noqa: S311  The same bytes each time.
    result = importer.raw("members", noise, *(["--encoding", encoding] if encoding else []))
    assert result.code == 2
    assert "The file is neither text nor a workbook." in result.err


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ñandú\x0b,\x1b$B", "utf-8"),
        ("Имя,Фамилия\nЖанна,Щукина\n", "cp866"),  # noqa: RUF001
        ("名前,メール\n田中,a@example.org\n", "iso2022_jp"),
        ("Name\x01External ID\nAlpha\x01A-1\n", "ascii"),
        ("Name\x1fExternal ID\x1eAlpha\x1fA-1\x1e" * 9, "ascii"),
        ("Name\nAlpha\n" + "\x00" * 500 + "\x1a" * 500, "ascii"),
        ("Имя,Фамилия\n" * 50, "utf-16-le"),
        ("Name,ID\n" * 50, "utf-32-be"),
    ],
)
def test_text_of_an_unusual_encoding_is_text(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(text.encode(encoding))
    refuse_binary(path, "")
    refuse_binary(path, encoding)
