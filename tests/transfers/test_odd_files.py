"""Files as other programs write them: each is read as it is meant, or refused with the place and the reason."""

import gzip
import io
import zipfile

import pytest
import xlsxwriter

from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer

HEADER = "E-mail,First,Last,Organization,Role\n"
ANN = "a@example.org,Ann,Lee,H-1,member\n"
BOB = "b@example.org,Bob,Ray,H-1,admin\n"
PLAIN = HEADER + ANN + BOB


def many(count: int, first: str = "Ann") -> str:
    return "".join(f"p{n}@example.org,{first},Lee,H-1,member\n" for n in range(count))


def workbook(*rows: list[object], **options: object) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Roster")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return buffer.getvalue()


def patched(content: bytes, part: str, old: str, new: str) -> bytes:
    """Return the workbook with one text of one of its parts replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode()
            assert name != part or old in data
            target.writestr(name, data.replace(old, new) if name == part else data)
    return buffer.getvalue()


HEAD = ["E-mail", "First", "Last", "Organization", "Role"]
CELLS = ["a@example.org", "Ann", "Lee", "H-1", "member"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def organization(db: None) -> Organization:
    return OrganizationFactory(name="Harbor Finance", external_id="H-1")


def names() -> list[tuple[str, str]]:
    memberships = Membership.objects.order_by("user__email")
    return list(memberships.values_list("user__first_name", "user__last_name"))


READ = {
    "Japanese in UTF-16 that does not say so": ("\t".join(HEAD) + "\n" + many(60, "太郎" * 30).replace(",", "\t")).encode("utf-16-le"),
    "Arabic in UTF-16, big end first": (HEADER + many(60, "عبد الله بن محمد" * 8)).encode("utf-16-be"),
    "carets between cells": PLAIN.replace(",", "^").encode(),
    "tildes between cells": PLAIN.replace(",", "~").encode(),
    "colons between cells": PLAIN.replace(",", ":").encode(),
    "unit separators between cells": PLAIN.replace(",", "\x1f").encode(),
    "spaces before quotes": "\n".join(", ".join(f'"{c}"' for c in line.split(",")) for line in PLAIN.splitlines()).encode(),
    "rows with thousands of separators behind them": PLAIN.replace("\n", "," * 30_000 + "\n").encode(),
    "a header in row 60": ("a note\n" * 59 + PLAIN).encode(),
    "headers without spaces and hyphens": PLAIN.replace("E-mail,First,Last", "EmailAddress,firstName,last_name").encode(),
    "a header as Outlook writes it": PLAIN.replace("E-mail,First,Last", "E-mail Address,First Name,Last Name").encode(),
    "a header with a mark of direction": PLAIN.replace("E-mail", "\u200eE-mail").encode(),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_it_is_read_without_a_word(what: str, importer: Importer) -> None:
    result = importer.raw("members", READ[what])
    assert (result.code, result.failed, result.created) == (0, 0, result.rows), result.err
    assert '"' not in "".join(map("".join, names()))


def test_a_header_far_below_is_believed_where_it_is_named(importer: Importer) -> None:
    result = importer.text("members", "a note\n" * 149 + PLAIN, "--header-row", "150")
    assert (result.code, result.created) == (0, 2)
    beyond = importer.text("members", PLAIN, "--header-row", "2000000")
    assert (beyond.code, beyond.err) == (2, "The header must be in the first 10,000 rows.")


MANY_ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(1_000_000))
REFUSED = {
    "two encodings, and lone CR": ((HEADER + "a@example.org,José,Lee,H-1,member\n").replace("\n", "\r").encode() + "b@example.org,Zoë,Ray,H-1,member\r".encode("cp1252"), "line 2 is UTF-8, line 3 is not"),
    "bytes outside the encoding, and lone CR": ((HEADER + ANN).replace("\n", "\r").encode() + "b@example.org,Zoë,Ray,H-1,\r".encode(), "Line 3 is not in the encoding ascii"),
    "a page of tags alone": (b"<meta charset=utf-8><table><tr><td>E-mail</td></tr></table>", "HTML"),
    "rows of HTML": (b"<tr><td>a@example.org</td></tr>", "HTML"),
    "a page in UTF-16": ("<html><table></table></html>".encode("utf-16"), "HTML"),
    "a compressed file": (gzip.compress(PLAIN.encode()), "a compressed file"),
    "bzip2": (b"BZh91AY&SY" + bytes(90), "a compressed file"),
    "xz": (b"\xfd7zXZ\x00" + bytes(90), "a compressed file"),
    "a TAR archive": (b"x.csv".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0"), "a TAR archive"),
    "an archive with nothing in it": (b"PK\x05\x06" + bytes(18), "a ZIP archive"),
    "styles that are none": (patched(workbook(HEAD, CELLS), "xl/styles.xml", 'numFmtId="0"', 'numFmtId="none"'), "its styles cannot be read"),
    "a text with a negative number": (patched(workbook(HEAD, CELLS), SHEET, '<c r="A2" t="s"><v>5</v>', '<c r="A2" t="s"><v>-1</v>'), "The workbook is broken"),
    "a text of two million characters": (patched(workbook(HEAD, CELLS), "xl/sharedStrings.xml", "Ann", "n" * 2_000_000), "more than 1,000,000 characters"),
    "an encoding that is none of text": (patched(workbook(HEAD, CELLS), SHEET, 'encoding="UTF-8"', 'encoding="rot13"'), "cannot be read"),
    "relationships in an encoding that is none": (patched(workbook(HEAD, CELLS), "xl/_rels/workbook.xml.rels", 'encoding="UTF-8"', 'encoding="hex"'), "cannot be read"),
    "a tag of a million attributes": (patched(workbook(HEAD, CELLS), SHEET, "<sheetData>", f"<sheetData {MANY_ATTRIBUTES}>"), "cannot be read"),
    "tags within each other, a million deep": (patched(workbook(HEAD, CELLS), SHEET, "<sheetData>", "<sheetData>" + "<a>" * 1_000_000), "cannot be read"),
    "texts within each other, a million deep": (patched(workbook(HEAD, CELLS), "xl/sharedStrings.xml", "<t>Ann</t>", "<a>" * 1_000_000), "cannot be read"),
    "one long text in very many cells": (patched(patched(workbook(HEAD, CELLS), "xl/sharedStrings.xml", "Ann", "n" * 900_000), SHEET, "</sheetData>", '<row><c t="s"><v>6</v></c></row>' * 650 + "</sheetData>"), "too much text"),
    "a line of millions of separators": ((HEADER + "," * 5_000_000).encode(), "Line 2 has 4,000,000 characters or more"),
    "a thousand sheets": (patched(workbook(HEAD, CELLS), "xl/workbook.xml", '<sheet name="Roster" sheetId="1" r:id="rId1"/>', "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1000))), "1,000 sheets; at most 500"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_in_one_sentence(
    what: str, importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    content, sentence = REFUSED[what]
    options = ["--encoding", "ascii"] if "ascii" in sentence else []
    result = importer.raw("members", content, *options)
    assert (result.code, sentence in result.err) == (2, True), result.err
    assert not caplog.records
    assert not Membership.objects.exists()


def test_a_quote_that_another_line_closes_is_no_name(importer: Importer) -> None:
    swallowing = 'a@example.org,"Ann,Lee,H-1,member\nb@example.org,Bob",Ray,H-1,admin\n'
    result = importer.text("members", HEADER + swallowing + "c@example.org,Cy,Day,H-1,member\n")
    assert (result.code, result.created, result.refused_rows()) == (3, 1, [2])
    assert "a quote that opens here" in result.messages()[0]


def test_a_text_of_several_lines_is_kept(importer: Importer) -> None:
    text = "one, two\nthree, four, five\nsix, seven"
    result = importer.text("projects", f'Organization,Name,Description\nH-1,Quay,"{text}"\n')
    assert (result.code, Project.objects.get().description) == (0, text)


def test_a_header_that_comes_again_is_said_to_be_one(importer: Importer) -> None:
    result = importer.text("members", HEADER + ANN + HEADER + BOB)
    assert (result.code, result.created, result.refused_rows()) == (3, 2, [3])
    assert result.messages() == ["The row repeats the header."]


@pytest.mark.parametrize(
    "word",
    ["Grand total: 2", "Gesamtsumme", "Suma", "Subtotal", "Count: 2", "Total members", "Somme"],
)
def test_a_line_of_totals_is_no_organization_in_any_words(word: str, importer: Importer) -> None:
    result = importer.text(
        "organizations", f"Committee,Committee ID\nAlpha,A-1\nBeta,B-1\n{word},\n"
    )
    assert (result.code, result.created, result.refused_rows()) == (3, 2, [4])


def test_what_stands_below_the_totals_is_no_organization(importer: Importer) -> None:
    text = "Name,External ID,Status\nAlpha,A-1,\nTotal,1,\n\nWritten by a program,,\n"
    result = importer.text("organizations", text)
    assert (result.code, result.created, result.refused_rows()) == (3, 1, [3, 5])


def test_a_name_that_begins_with_total_is_one(importer: Importer) -> None:
    result = importer.text("organizations", "Name,External ID\nAlpha,\nTotal Wine,\n")
    assert (result.code, result.created) == (0, 2)


def test_a_name_that_two_organizations_bear_is_refused(importer: Importer) -> None:
    for number in (1, 2):
        OrganizationFactory(name="Twins", external_id=f"T-{number}")
    result = importer.text("organizations", "Name,Status\nTwins,closed\nHarbor Finance,closed\n")
    assert (result.code, result.updated, result.refused_rows()) == (3, 1, [2])
    assert "2 records match this" in result.messages()[0]


def test_headers_that_differ_in_case_alone_are_named_as_twice_there(importer: Importer) -> None:
    result = importer.text(
        "members", "E-mail,first,FIRST,Organization\na@example.org,Ann,Zoe,H-1\n"
    )
    assert (result.code, names()) == (0, [("", "")])
    assert "The header “first” appears 2 times, in columns 2, 3." in result.notes


def test_a_formula_that_was_never_computed_is_refused(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, CELLS)
        sheet.write_row(2, 0, ["b@example.org", *CELLS[1:]])
        # The writer puts 0 for what it does not compute, and asks for a new computation.
        sheet.write_formula(1, 1, '=UPPER("ann")')
        sheet.write_formula(2, 1, '=UPPER("ann")', None, "ANN")
    result = importer.raw("members", buffer.getvalue())
    assert (result.code, result.refused_rows(), names()) == (3, [2], [("ANN", "Lee")])
    assert "no stored result" in result.messages()[0]


def test_an_id_is_read_with_what_its_format_writes_before_it(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "External ID"])
        sheet.write(1, 0, "Quay")
        sheet.write(1, 1, 42, book.add_format({"num_format": '"Q-"0000'}))
    assert importer.raw("organizations", buffer.getvalue()).code == 0
    assert Organization.objects.get(name="Quay").external_id == "Q-0042"


def test_hidden_columns_are_counted(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, CELLS)
        sheet.set_column(1, 2, None, None, {"hidden": True})
    result = importer.raw("members", buffer.getvalue())
    assert (result.code, result.notes) == (0, ["2 columns are hidden but included."])


@pytest.mark.parametrize(
    ("due", "read"),
    [("30/04/26", "2026-04-30"), ("30-Apr-26", "2026-04-30"), ("30/04/99", ""), ("30-Apr-99", "")],
)
def test_a_year_of_two_digits_is_not_guessed(due: str, read: str, importer: Importer) -> None:
    Project.objects.create(organization=Organization.objects.get(), name="Quay")
    result = importer.text("tasks", f"Organization,Project,Title,Due\nH-1,Quay,Dig,{due}\n")
    assert [str(task.due_date) for task in Task.objects.all()] == ([read] if read else [])
    assert read or "doesn't say the century" in result.messages()[0]


@pytest.mark.parametrize("address", ["Ann <a@example.org>", "mailto:A@example.org"])
def test_a_person_is_found_by_what_people_write_for_an_address(
    address: str, importer: Importer
) -> None:
    importer.text("members", PLAIN)
    Project.objects.create(organization=Organization.objects.get(), name="Quay")
    text = f"Organization,Project,Title,Assignee\nH-1,Quay,Dig,{address}\n"
    assert importer.text("tasks", text).code == 0
    assert Task.objects.get().assignee.email == "a@example.org"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("919\u2011555\u20110100", "919-555-0100"),
        ("tel:+1 919 555 0100", "+1 919 555 0100"),
        ("\u202d+1 919 555 0100\u202c", "+1 919 555 0100"),
    ],
)
def test_a_phone_number_is_found_in_what_programs_write(
    cell: str, kept: str, importer: Importer
) -> None:
    text = f"E-mail,Organization,Phone\na@example.org,H-1,{cell}\n"
    assert importer.text("members", text).code == 0
    assert Membership.objects.get().user.phone == kept


def test_an_id_that_has_lost_its_zeros_is_not_taken_for_a_new_one(importer: Importer) -> None:
    OrganizationFactory(name="Quay Works", external_id="00042")
    membership = importer.text("members", "E-mail,Organization\na@example.org,42\n")
    assert membership.json["problems"][0]["suggestion"].startswith("Quay Works (00042")
    result = importer.text("organizations", "Name,External ID\nQuay Works,42\nPier,43\n")
    assert (result.code, result.created, result.refused_rows()) == (3, 1, [2])
    assert "with leading zeros" in result.messages()[0]


def test_spellings_of_one_missing_name_make_one_record(importer: Importer) -> None:
    text = (
        "E-mail,Organization\na@example.org,Brand New\nb@example.org,brand "
        "new\nc@example.org,BRAND  New\n"
    )
    result = importer.text("members", text, "--create-missing", "organization")
    assert (result.code, result.created) == (0, 3)
    assert Organization.objects.exclude(external_id="H-1").get().name == "Brand New"


def test_another_spelling_of_a_name_that_is_there_makes_no_record(importer: Importer) -> None:
    text = "E-mail,Organization\na@example.org,harbor finance\n"
    result = importer.text("members", text, "--create-missing", "organization")
    assert (result.code, result.refused_rows(), Organization.objects.count()) == (3, [2], 1)
    assert result.json["problems"][0]["suggestion"].startswith("Harbor Finance")


def test_a_row_that_names_no_record_is_refused(importer: Importer) -> None:
    for number in (1, 2):
        OrganizationFactory(name=f"Without an id {number}")
    text = "External ID,Status\nH-1,closed\n,suspended\n"
    result = importer.text(
        "organizations", text, "--mode", "update", "--blank", "external_id=clear"
    )
    assert (result.code, result.updated, result.refused_rows()) == (3, 1, [3])
    assert result.messages()[0].startswith("This row doesn't identify the organization")


def test_a_file_without_a_header_is_told_from_one_with_strange_names(importer: Importer) -> None:
    result = importer.text("members", ANN + BOB)

    assert result.code == 2
    assert result.notes == [
        "The header holds “a@example.org”, as if it were a row of the table. If the file has no "
        "header, add a row with the names of the columns above."
    ]
    assert result.notes[0] in result.err


def test_what_is_said_of_a_file_is_said_in_good_sentences(importer: Importer) -> None:
    blank = importer.text(
        "members", "E-mail,,First,,Last,Organization,Role\na@x.org,,A,,B,H-1,member\n"
    )
    late = importer.text("members", "Roster\n\n" + PLAIN + "alone\n")

    assert "There is no header above columns 2, 4." in blank.notes
    assert "The header is in row 3. The rows above it are ignored." in late.notes
    assert "The row has 1 cell, but the header has 5." in late.messages()
