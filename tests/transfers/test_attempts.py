"""The refused rows come back as the file was, and the mended file is the next attempt of the same run."""

import csv
import io
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Reading
from apps.transfers.reading import open_source
from apps.transfers.selectors import refused_rows_file
from tests.transfers.wizard import applied_run, text, url

HEAD = ["Shoe size", "E-mail", "First", "Last", "Committee", "Position", "Note"]
ROWS = [
    ["42", "ada@example.org", "Ada", "Hårper", "Harbor Finance", "chair", "=1+1"],
    ["43", "bo(at)example.org", "Bø", "Lind", "Harbor Finance", "member", 'says "hi", twice'],
    ["00044", "cy@example.org", "Cy", "Moss", "Harbour Finance", "clerk", "two\nlines"],
]


def delimited(encoding: str, delimiter: str, before: str = "") -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([HEAD, *ROWS])
    return (before + buffer.getvalue()).encode(encoding)


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Spring")
        for number, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(number, 0, row)
        sheet.write_number(2, 0, 43)
    return buffer.getvalue()


FILES: dict[str, tuple[str, bytes]] = {
    "UTF-8, comma": ("roster.csv", delimited("utf-8", ",")),
    "a BOM, semicolon": ("roster.csv", delimited("utf-8-sig", ";")),
    "Windows-1252, tab": ("roster.tsv", delimited("cp1252", "\t")),
    "UTF-16, semicolon": ("roster.csv", delimited("utf-16", ";")),
    "UTF-32, pipe": ("roster.csv", delimited("utf-32", "|")),
    "sep=, semicolon": ("roster.csv", delimited("utf-8", ";", "sep=;\r\n")),
    "a title above the header": ("roster.csv", delimited("utf-8", ",", "The spring roster\r\n")),
    "a workbook": ("roster.xlsx", workbook()),
}


def cells(name: str, content: bytes, tmp_path: Any) -> tuple[Findings, list[list[str]]]:
    path = tmp_path / name
    path.write_bytes(content)
    source = open_source(path, Reading(), lambda header: header in HEAD)
    return source.findings, [row for _, row in source.rows()]


@pytest.mark.parametrize("what", FILES)
def test_the_refused_rows_keep_format_encoding_delimiter_and_every_column(
    what: str, support: Client, harbor: Organization, tmp_path: Any
) -> None:
    name, content = FILES[what]
    run = applied_run(support, content, name=name)
    assert (run.counts, run.results["created"]) == ({"create": 1, "refused": 2}, 1)

    download = support.get(url("refused", run))
    body = b"".join(download.streaming_content)
    assert f'roster-refused.{name.split(".")[1]}"' in download["Content-Disposition"]

    was, _ = cells(name, content, tmp_path)
    found, refused = cells(f"refused-{name}", body, tmp_path)
    assert (found.format, found.encoding, found.delimiter, found.sheet) == (
        was.format, was.encoding, was.delimiter, was.sheet,
    )  # fmt: skip
    assert found.headers == [*HEAD, "Why it was refused"]
    assert [row[:-1] for row in refused] == ROWS[1:]
    assert refused[0][-1] == "E-mail: “bo(at)example.org” is not an e-mail address."
    reason = refused[1][-1]
    assert reason.startswith("Committee: There is no organization “Harbour Finance”. Perhaps: ")

    # Mended, with the columns in another order, it is attempt 2 and takes over what was chosen.
    turn = [len(HEAD), *range(len(HEAD))]
    rows = [[row[position] for position in turn] for row in [found.headers, *refused]]
    rows[1][2], rows[2][5] = "bo@example.org", "Harbor Finance"
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    assert "(attempt 2)" in text(support.get(url("apply", run)))
    second = applied_run(support, buffer.getvalue(), name="mended.csv", attempt_of=str(run.pk))
    assert (second.attempt_of_id, second.counts) == (run.pk, {"create": 2})
    assert Membership.objects.filter(organization=harbor).count() == 3
    assert User.objects.get(email="bo@example.org").first_name == "Bø"
    assert "(attempt 2)" not in text(support.get(url("apply", second)))


def test_what_was_chosen_for_a_column_goes_with_its_header(
    support: Client, harbor: Organization
) -> None:
    first = applied_run(support, FILES["UTF-8, comma"][1], choices={"column-2": "", "column-6": ""})
    turned = "Position,Committee,First,E-mail\nmember,Harbor Finance,Never,dee@example.org\n"
    second = applied_run(support, turned, attempt_of=str(first.pk))
    assert second.matching["columns"] == {"0": "role", "1": "organization", "2": "", "3": "email"}
    assert User.objects.get(email="dee@example.org").first_name == ""


def test_a_refused_cell_is_marked_in_a_workbook(support: Client, harbor: Organization) -> None:
    import zipfile

    run = applied_run(support, workbook(), name="roster.xlsx")
    _, _, content = refused_rows_file(ImportRun.objects.select_related("upload").get(pk=run.pk))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(content)))
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    styles = archive.read("xl/styles.xml").decode()
    assert "FECACA" in styles
    style_of = {
        cell: sheet.split(f'r="{cell}" ')[1].split('"')[1]
        for cell in ("A2", "B2", "E2", "B3", "E3")
    }
    assert style_of["B2"] == style_of["E3"] != style_of["B3"] == style_of["E2"] == style_of["A2"]


def test_no_cell_of_the_refused_rows_runs_as_a_formula_and_none_is_changed_by_it(
    support: Client, harbor: Organization
) -> None:
    evil = "=cmd|'/c calc'!A1"
    file = (
        "E-mail,First,Last,Phone,Committee,Position\n"
        f"nobody,{evil},-,+49 30 1234,Harbor Finance,member\n"
        "ada@example.org,Ada,Harper,,Harbor Finance,chair\n"
    )
    run = applied_run(support, file)
    body = b"".join(support.get(url("refused", run)).streaming_content).decode()
    line = body.splitlines()[1]
    assert line.startswith(f"nobody,'{evil},-,+49 30 1234,Harbor Finance,member,")

    applied_run(support, body.replace("nobody", "eve@example.org"), attempt_of=str(run.pk))

    eve = User.objects.get(email="eve@example.org")
    assert (eve.first_name, eve.last_name, eve.phone) == (evil, "-", "+49 30 1234")
