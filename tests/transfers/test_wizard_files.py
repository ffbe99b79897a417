"""Every file that somebody may give: read right, or refused in one sentence, and never a 500."""

import io

import pytest
import xlsxwriter
from django.test import Client

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun
from tests.forms import save
from tests.transfers.engine import Importer
from tests.transfers.wizard import applied_run, planned_run, text, upload, url, work

State = ImportRun.State
HEAD = "E-mail,First,Last,Committee,Position\n"
ROW = "ada@example.org,Ada,Harper,Harbor Finance,chair\n"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(200)


def workbook(*rows: list[str], sheets: int = 1) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for number in range(sheets):
            sheet = book.add_worksheet(f"Sheet {number + 1}")
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return buffer.getvalue()


TABLE = [line.split(",") for line in (HEAD + ROW).splitlines()]

READ_RIGHT = {
    "semicolons": (HEAD + ROW).replace(",", ";").encode(),
    "tabs": (HEAD + ROW).replace(",", "\t").encode(),
    "a BOM": b"\xef\xbb\xbf" + (HEAD + ROW).encode(),
    "UTF-16": (HEAD + ROW).encode("utf-16"),
    "Windows-1252": (HEAD + ROW.replace("Harper", "Härpér")).encode("cp1252"),
    "a quoted newline": (HEAD + ROW.replace("Harper", '"Har\nper"')).encode(),
    "a title above the header": b"The roster of spring,,,,\n" + (HEAD + ROW).encode(),
    "a workbook": workbook(*TABLE),
}


@pytest.mark.parametrize("what", READ_RIGHT)
def test_it_is_read_right(what: str, support: Client, harbor: Organization) -> None:
    name = "roster.xlsx" if what == "a workbook" else "roster.csv"

    run = planned_run(support, READ_RIGHT[what], name=name)

    page = text(support.get(url("check", run)))
    assert run.counts.get("create") == 1, page
    assert "Apply 1 row" in page


REFUSED = {
    "an empty file": (b"", "empty"),
    "a header without rows": (HEAD.encode(), "no rows"),
    "a picture named .csv": (PNG, "not"),
    "no table at all": (b"\n\n\n", ""),
    "a broken workbook": (workbook(*TABLE)[:900], ""),
    "an unclosed quote": ((HEAD + ROW.replace("Ada", '"Ada')).encode(), ""),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_in_one_sentence_and_nothing_is_changed(
    what: str, support: Client, harbor: Organization
) -> None:
    content, word = REFUSED[what]

    answer = upload(support, content)
    if answer.status_code == 302:
        work()
        answer = support.get(answer["Location"])
        run = ImportRun.objects.get()
        assert run.state == State.FAILED or "qd-alert" in text(answer)
    else:
        assert answer.status_code == 400
        assert not ImportRun.objects.exists()

    page = text(answer)
    assert 'role="alert"' in page
    assert word in page
    assert "Traceback" not in page
    assert not Membership.objects.filter(organization=harbor).exclude(role="owner").exists()


def test_without_a_file_the_page_asks_for_one(support: Client) -> None:
    answer = support.post(url("new"), {"dataset": "members"})

    assert answer.status_code == 400
    assert "Choose a file first." in text(answer)


def test_without_a_dataset_the_page_asks_what_the_file_holds(support: Client) -> None:
    answer = upload(support, HEAD + ROW, dataset="")

    assert answer.status_code == 400
    assert "Choose what the file contains." in text(answer)


def test_of_several_sheets_one_must_be_chosen(support: Client, harbor: Organization) -> None:
    upload(support, workbook(*TABLE, sheets=2), name="roster.xlsx")
    work()
    run = ImportRun.objects.get()

    page = text(support.get(url("file", run)))
    assert "Choose the one to import" in page
    assert "Sheet 2" in page
    assert support.get(url("columns", run))["Location"] == url("file", run)

    undecided = save(support, url("file", run), {"sheet": ""})
    assert undecided.status_code == 400
    assert "Choose one." in text(undecided)

    save(support, url("file", run), {"sheet": "Sheet 2"})
    work()
    assert "sheet “Sheet 2”" in text(support.get(url("file", run)))


def test_ragged_rows_are_refused_alone_and_never_shifted(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support, HEAD + ROW + "bo@example.org,Bo,Lind,Harbor Finance,member,extra\n")

    page = text(support.get(f"{url('check', run)}?verdict=refused"))
    assert run.counts == {**run.counts, "create": 1, "refused": 1}
    assert '<td class="qd-num">3</td>' in page


def test_a_nul_byte_refuses_its_row_alone(support: Client, harbor: Organization) -> None:
    run = planned_run(support, HEAD + ROW + "b\0o@example.org,Bo,Lind,Harbor Finance,member\n")

    assert run.counts == {**run.counts, "create": 1, "refused": 1}
    for step in ("file", "columns", "check"):
        assert support.get(url(step, run)).status_code == 200


def test_duplicate_headers_are_never_matched_without_a_person(
    support: Client, harbor: Organization
) -> None:
    upload(support, "E-mail,E-mail,Committee\nada@example.org,bo@example.org,Harbor Finance\n")
    work()
    run = ImportRun.objects.get()

    answer = save(support, url("columns", run), {"mode": "upsert", "on_error": "skip"})

    assert answer.status_code == 409
    assert '<strong data-required="email">E-mail</strong>' in text(answer)


def test_an_unknown_header_is_shown_as_not_imported(support: Client, harbor: Organization) -> None:
    run = planned_run(support, HEAD.strip() + ",Shoe size\n" + ROW.strip() + ",42\n")

    page = text(support.get(url("columns", run)))
    assert "Shoe size" in page
    assert "not imported" in page


def test_script_in_a_cell_a_header_or_a_file_name_is_shown_as_text(
    support: Client, harbor: Organization
) -> None:
    evil = "<script>alert(1)</script>"
    run = planned_run(
        support,
        HEAD.strip() + f",{evil}\n" + ROW.replace("Ada", evil).strip() + ",x\n",
        name=f"{evil.replace('/', '')}.csv",
    )

    for step in ("file", "columns", "check"):
        page = text(support.get(url(step, run)))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    for tab in ("result", "rows", "mapping", "log"):
        assert "<script>alert" not in text(support.get(f"{url('change', run)}?tab={tab}"))


def test_a_file_name_with_a_path_quotes_and_emoji_stays_harmless(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(
        support, HEAD + ROW + ",x,y,Harbor Finance,member\n", name='../../"ro;st 🚢".csv'
    )

    answer = support.get(url("refused", run))

    assert "/" not in run.upload.name
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?after=99999999999999",
        "?verdict=nonsense",
        "?cause=';--",
        "?outcome=x",
        "?tab=nowhere&q=%25",
    ],
)
def test_nonsense_in_the_address_is_refused(
    query: str, support: Client, harbor: Organization
) -> None:
    run = planned_run(support)

    for page in (
        url("check", run) + query,
        url("change", run) + query,
        f"{url('change', run)}?tab=rows&{query[1:]}",
        f"{url('new')}?dataset=members&like=99999999999999999999",
    ):
        assert support.get(page).status_code == 400, page


def test_the_same_file_and_the_same_content_are_said_with_who_and_when(
    support: Client, agent: User, harbor: Organization, importer: Importer
) -> None:
    run = applied_run(support, HEAD + ROW)
    cases = {
        "The same file": ("other-name.csv", (HEAD + ROW).encode()),
        "The same content": ("roster.csv", (HEAD + ROW).replace(",", ";").encode("utf-16")),
        "The same content ": ("roster.xlsx", workbook(*TABLE)),
    }
    for output, (name, content) in cases.items():
        upload(support, content, name=name)
        work()
        page = text(support.get(url("file", ImportRun.objects.latest("pk"))))
        assert f"{output.strip()} was imported before by {agent}" in page
        assert f"run {run.pk}" in page
        by_command = importer.raw("members", content, "--dry-run", name=name)
        (note,) = by_command.notes
        assert note.startswith(f"{output.strip()} was imported before by {agent} on ")
        assert note.endswith(f"as run {run.pk}.")
    upload(support, HEAD + ROW.replace("Ada", "Ida"))
    work()
    page = text(support.get(url("file", ImportRun.objects.latest("pk"))))
    assert "was imported before" not in page
