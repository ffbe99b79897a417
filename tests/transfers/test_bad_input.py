"""Bad files: each is read right, or gets one clear sentence, and then nothing is changed."""

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer, text_of

HEADER = "E-mail,First,Last,Organization,Role\n"


@pytest.fixture(autouse=True)
def _an_organization(db: None) -> None:
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")


def row(n: int, **changes: str) -> list[str]:
    values = {"email": f"p{n}@example.org", "first": f"First{n}", "last": "Last", "org": "H-1", "role": "member"}  # fmt: skip
    return list((values | changes).values())


def table(*rows: list[str], header: str = HEADER) -> list[list[str]]:
    return [header.strip().split(","), *rows]


def book(rows: list[list[object]], *more: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as workbook:
        sheet = workbook.add_worksheet("Roster")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
        for name in more:
            workbook.add_worksheet(name).write(0, 0, "something")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n  \n", "The file is empty. It doesn't even have a header."),
        (HEADER.encode(), "The file has a header but no rows."),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"<!DOCTYPE html><html><table>", "a web page (HTML)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "protected by a password"),
        (b"PK\x03\x04 broken", "The workbook is broken"),
        (b"a,b\n1,2\n", "No column gives “E-mail”"),
        (HEADER.encode() + b'a@x.org,"Ann,B,H-1,member\nb@x.org,B,B,H-1,member\n', "opens in line 2"),
        (HEADER.encode() + "a@x.org,Ä,B,H-1,member\n".encode() + b"b@x.org,\xc4,B,H-1,member\n", "line 3 is not"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_gets_one_sentence_and_changes_nothing(
    importer: Importer, content: bytes, sentence: str
) -> None:
    result = importer.raw("members", content)
    assert result.code == 2
    assert sentence in result.err
    assert "Traceback" not in result.err
    assert len(result.err.splitlines()) == 1
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace(",", "|").encode(),
        lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
        lambda text: ("Roster of spring\n\n" + text).encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: (text + "\n,,,,\n , ,,,\n").encode(),
    ],
    ids=[
        "utf-8 with BOM", "utf-16 with BOM", "utf-16-le", "utf-16-be", "cp1252", "CR LF", "lone CR",
        "semicolon", "tab", "pipe", "sep line", "late header", "trailing commas", "phantom rows",
    ],
)  # fmt: skip
def test_every_way_to_write_a_table_is_read(
    importer: Importer, encode: Callable[[str], bytes]
) -> None:
    text = text_of(table(row(1, first="Zoë", last="Müller"), row(2)))
    result = importer.raw("members", encode(text))
    assert (result.code, result.created, result.rows) == (0, 2, 2), result.err or result.json
    assert User.objects.get(email="p1@example.org").last_name == "Müller"


def test_the_encoding_is_found_from_the_whole_file(importer: Importer) -> None:
    rows = [row(n) for n in range(9_001)]
    rows[8_999][1] = "José"
    result = importer.raw("members", text_of(table(*rows)).encode("cp1252"))
    assert (result.code, result.created) == (0, 9_001)
    assert User.objects.get(email="p8999@example.org").first_name == "José"


def test_a_quoted_newline_keeps_the_physical_line_numbers(importer: Importer) -> None:
    text = (
        HEADER + '"p1@example.org","Anna\nMaria",Last,H-1,member\nnot an address,B,C,H-1,member\n'
    )
    result = importer.text("members", text)
    assert result.created == 1
    assert User.objects.get().first_name == "Anna Maria"
    assert result.refused_rows() == [4]


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        (["p1@example.org", "A\0nn", "B", "H-1", "member"], "first_name", "a zero byte"),
        (["p1@example.org", "A", "B", "H-1"], "", "The row has 4 cells, but the header has 5"),
        (["p1@example.org", "A", "B", "H-1", "member", "x"], "", "The row has 6 cells"),
        (["p1@example.org", "A" * 200_000, "B", "H-1", "member"], "first_name", "200,000 characters are too many"),
        (["a@x.org, b@x.org", "A", "B", "H-1", "member"], "email", "more than one address"),
        (["nobody", "A", "B", "H-1", "member"], "email", "“nobody” is not an e-mail address."),
        (["p1@example.org", "A", "B", "1.23457E+15", "member"], "organization", "has lost its digits"),
        (["p1@example.org", "#N/A", "B", "H-1", "member"], "first_name", "a spreadsheet error"),
        (["p1@example.org", "A", "B", "nowhere", "member"], "organization", "There is no organization “nowhere”."),
        (["p1@example.org", "A", "B", "H-1", "N/A"], "role", "“N/A” is not a known role"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_row_alone(
    importer: Importer, cells: list[str], column: str, message: str
) -> None:
    result = importer.rows("members", table(row(7), cells))
    assert (result.code, result.created, result.failed) == (3, 1, 1)
    problem = result.problems[0]
    assert (problem["row"], problem["field"]) == (3, column)
    assert message in problem["message"]


def test_a_stray_quote_refuses_its_line_alone(importer: Importer) -> None:
    text = HEADER + 'p1@example.org,"A"nn,B,H-1,member\np2@example.org,A,B,H-1,member\n'
    result = importer.text("members", text)
    assert (result.created, result.refused_rows()) == (1, [2])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Alice@X.com", "alice@x.com"),
        ("  alice@x.com\u00a0", "alice@x.com"),
        ("alice@x.com\u200b", "alice@x.com"),
        ("Alice A. <alice@x.com>", "alice@x.com"),
        ("mailto:alice@x.com", "alice@x.com"),
    ],
)
def test_an_address_is_found_in_what_people_write(
    importer: Importer, written: str, read: str
) -> None:
    result = importer.rows("members", table(row(1, email=written)))
    assert result.code == 0, result.json
    assert User.objects.get().email == read


@pytest.mark.parametrize(
    "name",
    ["Null", "=SUM(A1)", "<script>alert(1)</script>", "🚢 Ann", "עדה", "O'Neil", "İpek", "Strauß"],
)
def test_strange_names_are_kept_as_they_are(importer: Importer, name: str) -> None:
    assert importer.rows("members", table(row(1, last=name))).code == 0
    assert User.objects.get().last_name == name


def test_composed_and_decomposed_letters_are_one_name(importer: Importer) -> None:
    importer.rows("members", table(row(1, first="Zoe\u0308")))
    assert importer.rows("members", table(row(1, first="Zo\u00eb"))).unchanged == 1


def test_only_declared_words_are_empty(importer: Importer) -> None:
    rows = table(row(1, last="NULL"))
    importer.rows("members", rows, "--empty", "last_name=NULL")
    assert User.objects.get().last_name == ""
    importer.rows("members", rows)
    assert User.objects.get().last_name == "NULL"


def test_a_duplicate_header_must_be_chosen(importer: Importer) -> None:
    text = "E-mail,E-mail,Organization\na@example.org,b@example.org,H-1\n"
    result = importer.text("members", text)
    assert result.code == 2
    assert "No column gives “E-mail”" in result.err
    assert "The header “E-mail” appears 2 times, in columns 1, 2." in result.err
    named = importer.text("members", text, "--map", "E-mail=email")
    assert "stands above 2 columns" in named.err
    chosen = importer.text("members", text, "--map", "#2=email")
    assert chosen.code == 0
    assert User.objects.get().email == "b@example.org"


def test_an_unknown_header_in_a_map_is_named(importer: Importer) -> None:
    result = importer.rows("members", table(row(1)), "--map", "Nonsense=role")
    assert (result.code, "no column “Nonsense”" in result.err) == (2, True)


def test_equal_rows_count_once_and_contradictions_are_all_refused(importer: Importer) -> None:
    result = importer.rows(
        "members",
        table(row(1), row(1), row(2), row(2, first="Other"), row(3)),
    )
    assert (result.created, result.skipped, result.failed) == (2, 1, 2)
    assert result.refused_rows() == [4, 5]


def test_a_line_of_totals_is_no_organization(importer: Importer) -> None:
    result = importer.text("organizations", "Name,External ID,Memberships\nTides,T-1,5\nTotal,,5\n")
    assert (result.created, result.refused_rows()) == (1, [3])


def test_an_ambiguous_name_is_refused(importer: Importer) -> None:
    OrganizationFactory(name="Twin", slug="twin-1")
    OrganizationFactory(name="Twin", slug="twin-2")
    result = importer.rows("members", table(row(1, org="Twin"), row(2, org="twin-2")))
    assert (result.created, result.refused_rows()) == (1, [2])
    assert "More than one organization is called “Twin”" in result.messages()[0]


def test_columns_that_name_two_records_are_refused(importer: Importer) -> None:
    OrganizationFactory(name="Other", slug="other", external_id="O-1")
    result = importer.text("organizations", "External ID,Slug,Name\nH-1,other,Harbor\n")
    assert "name two records" in result.messages()[0]
    assert Organization.objects.get(external_id="H-1").slug == "harbor"


def test_an_id_and_a_name_of_two_records_are_refused_unless_they_change_names(
    importer: Importer,
) -> None:
    OrganizationFactory(name="Other", slug="other", external_id="O-1")
    result = importer.text("organizations", "External ID,Name\nH-1,Other\nO-1,Other\n")
    assert (result.refused_rows(), result.unchanged) == ([2], 1)
    assert "names two organizations" in result.messages()[0]

    result = importer.text("organizations", "External ID,Name\nH-1,Other\nO-1,Harbor\n")
    assert result.updated == 2
    assert Organization.objects.get(external_id="O-1").name == "Harbor"


def test_an_id_that_a_spreadsheet_made_a_fraction_is_mended(importer: Importer) -> None:
    OrganizationFactory(name="Number", slug="number", external_id="123")
    result = importer.rows("members", table(row(1, org="123.0")))
    assert result.code == 0
    assert Membership.objects.get().organization.external_id == "123"


@pytest.mark.parametrize(
    ("due", "expected"),
    [("2026-04-30", "2026-04-30"), ("30.4.2026", "2026-04-30"), ("4/30/2026", "2026-04-30"), ("30 April 2026", "2026-04-30")],
)  # fmt: skip
def test_dates_with_one_reading_are_read(importer: Importer, due: str, expected: str) -> None:
    from apps.projects.models import Task

    importer.text("projects", "Organization,Name\nH-1,P\n")
    result = importer.text("tasks", f"Organization,Project,Title,Due\nH-1,P,T,{due}\n")
    assert result.code == 0, result.json
    assert str(Task.objects.get().due_date) == expected


def test_an_ambiguous_date_is_asked_for_by_column(importer: Importer) -> None:
    from apps.projects.models import Task

    importer.text("projects", "Organization,Name\nH-1,P\n")
    text = "Organization,Project,Title,Due\nH-1,P,T,3/4/2026\n"
    assert "as April 3, 2026 or March 4, 2026. Choose" in importer.text("tasks", text).messages()[0]
    assert importer.text("tasks", text, "--date-order", "due_date=dmy").code == 0
    assert str(Task.objects.get().due_date) == "2026-04-03"


def test_a_workbook_is_read_whatever_its_name(importer: Importer) -> None:
    content = book([["E-mail", "Organization", "Role"], ["a@example.org", "H-1", "chair"]])
    assert importer.raw("members", content, name="roster.csv").created == 1


def test_several_sheets_are_asked_for(importer: Importer) -> None:
    rows: list[list[object]] = [["E-mail", "Organization"], ["a@example.org", "H-1"]]
    content = book(rows, "Notes")
    asked = importer.raw("members", content, name="roster.xlsx")
    assert (asked.code, "several sheets: “Roster”, “Notes”" in asked.err) == (2, True)
    assert importer.raw("members", content, "--sheet", "Roster", name="roster.xlsx").created == 1


def test_numbers_in_a_workbook_are_what_a_person_sees(importer: Importer) -> None:
    OrganizationFactory(name="Number", slug="number", external_id="42")
    OrganizationFactory(name="Zeros", slug="zeros", external_id="00042")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["E-mail", "Organization", "Phone"])
        sheet.write_row(1, 0, ["a@example.org", 42, 9195550100])
        sheet.write(2, 0, "b@example.org")
        sheet.write(2, 1, 42, workbook.add_format({"num_format": "00000"}))
        sheet.write_row(3, 0, ["c@example.org", 1234567890123456789])
        sheet.write(4, 0, "d@example.org")
        sheet.write_formula(4, 1, '="H-"&1', None, "H-1")
    result = importer.raw("members", buffer.getvalue(), name="roster.xlsx")
    assert (result.created, result.refused_rows()) == (3, [4])
    assert "has lost its digits" in result.messages()[0]
    memberships = dict(Membership.objects.values_list("user__email", "organization__external_id"))
    assert memberships == {"a@example.org": "42", "b@example.org": "00042", "d@example.org": "H-1"}
    assert User.objects.get(email="a@example.org").phone == "9195550100"


def test_a_formula_without_a_result_and_an_error_cell_are_refused(importer: Importer) -> None:
    content = book([["E-mail", "First", "Organization"], ["a@example.org", "x", "H-1"], ["b@example.org", "y", "H-1"]])  # fmt: skip
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = data.decode()
                start = text.index('<c r="B2"')
                end = text.index("</c>", start) + 4
                text = text[:start] + '<c r="B2"><f>1+1</f></c>' + text[end:]
                start = text.index('<c r="B3"')
                end = text.index("</c>", start) + 4
                data = (text[:start] + '<c r="B3" t="e"><v>#REF!</v></c>' + text[end:]).encode()
            out.writestr(name, data)
    result = importer.raw("members", target.getvalue(), name="roster.xlsx")
    assert [problem["row"] for problem in result.problems] == [2, 3]
    assert "no stored result" in result.messages()[0]
    assert "#REF!" in result.messages()[1]


def test_dates_of_the_1904_calendar_come_out_right(importer: Importer) -> None:
    from datetime import date

    from apps.projects.models import Task

    importer.text("projects", "Organization,Name\nH-1,P\n")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Organization", "Project", "Title", "Due"])
        sheet.write_row(1, 0, ["H-1", "P", "T"])
        sheet.write_datetime(1, 3, date(2026, 4, 30), workbook.add_format({"num_format": 14}))
    assert importer.raw("tasks", buffer.getvalue(), name="t.xlsx").code == 0
    assert Task.objects.get().due_date == date(2026, 4, 30)


def test_a_bomb_is_refused_in_bounded_memory(importer: Importer) -> None:
    content = book([["E-mail"], ["a@example.org"]])
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data += b" " * (120 * 1024 * 1024)
            out.writestr(name, data)
    result = importer.raw("members", target.getvalue(), name="roster.xlsx")
    assert (result.code, "unpacks to far more" in result.err) == (2, True)


def test_entities_in_a_workbook_are_refused(importer: Importer) -> None:
    content = book([["E-mail"], ["a@example.org"]])
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = data.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook', 1)
            out.writestr(name, data)
    result = importer.raw("members", target.getvalue(), name="roster.xlsx")
    assert (result.code, "document types" in result.err) == (2, True)


def test_a_sheet_as_wide_as_it_goes_is_refused(importer: Importer) -> None:
    content = book([["E-mail", *["x"] * 16_383]])
    result = importer.raw("members", content, name="roster.xlsx")
    assert (result.code, "at most 500 columns" in result.err) == (2, True)


def test_a_file_name_with_a_path_quotes_and_emoji_is_made_safe(importer: Importer) -> None:
    from apps.transfers.uploads import safe_name

    assert safe_name('../../etc/"ro\u202ester" 🚢.csv') == "roster 🚢.csv"
    assert safe_name("C:\\Users\\x\\list.xlsx") == "list.xlsx"
    assert safe_name("\n") == "upload"


def test_a_thousand_bad_rows_are_grouped_by_cause(importer: Importer) -> None:
    result = importer.rows("members", table(*[row(n, email="bad") for n in range(1_000)]))
    assert (result.failed, len(result.problems)) == (1_000, 100)
    assert result.record.causes == [["refused", "email:invalid", 1_000]]


def test_hidden_rows_and_merged_cells_are_counted(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["E-mail", "First", "Organization"])
        for number in range(1, 4):
            sheet.write_row(number, 0, [f"p{number}@example.org", "Ann", "H-1"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.merge_range(4, 0, 5, 0, "p9@example.org")
        sheet.write(4, 2, "H-1")
        sheet.write(5, 2, "H-1")
        workbook.add_worksheet("Secret").hide()
    result = importer.raw("members", buffer.getvalue(), name="roster.xlsx")
    assert (result.created, result.refused_rows()) == (4, [6])
    assert result.notes == [
        "1 sheet is hidden and not read.",
        "1 row is hidden but included.",
        "1 merged range is found. Only the first cell of each has a value.",
    ]


def test_numbers_with_two_marks_have_one_reading_and_words_of_yes_are_known() -> None:
    from apps.transfers.engine.cells import number_reader, read_boolean
    from apps.transfers.engine.cells.problems import CellError

    read = number_reader("", whole=False)
    assert [read(text) for text in ("1,234.50", "1.234,50", "1 234,5", "-7", "0,5")] == [
        "1234.50", "1234.50", "1234.5", "-7", "0.5",
    ]  # fmt: skip
    with pytest.raises(CellError, match=r"can be read as 1234 or 1\.234"):
        read("1,234")
    assert number_reader(",", whole=False)("1,234") == "1.234"
    assert number_reader("", whole=True)("123.0") == "123"
    small = number_reader("", whole=True, bounds=(0, 32_767))
    assert (small("0"), small("32,767.0")) == ("0", "32767")
    for text, why in (("-1", "at least 0"), ("40000", "at most 32,767")):
        with pytest.raises(CellError, match=why):
            small(text)
    money = number_reader("", whole=False, digits=(10, 2))
    assert (money("9999999999.99"), money("-7")) == ("9999999999.99", "-7")
    for text, why in (("10000000000", "at most 10 digits"), ("1.005", "at most 2 are kept")):
        with pytest.raises(CellError, match=why):
            money(text)
    with pytest.raises(CellError, match="not a whole number"):
        number_reader("", whole=True)("1.9")
    assert [read_boolean(text) for text in ("Yes", "no", "OUI", "1", "x", "ja")] == [
        "true", "false", "true", "true", "true", "true",
    ]  # fmt: skip
    with pytest.raises(CellError, match="neither yes nor no"):
        read_boolean("perhaps")


def test_swapped_addresses_are_said_in_the_blast_radius(importer: Importer) -> None:
    importer.rows(
        "members", table(row(1, first="Ann", last="Ash"), row(2, first="Ben", last="Bee"))
    )
    swapped = importer.rows(
        "members",
        table(row(2, first="Ann", last="Ash"), row(1, first="Ben", last="Bee")),
        "--dry-run",
    )
    sentences = [impact["sentence"] for impact in swapped.record.impacts]
    assert "Changes first and last name of 2 people at once: were e-mails swapped?" in sentences
