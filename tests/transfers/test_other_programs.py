"""Files as other programs write them: marks of texts, parts of workbooks, dates, ends of files, headers."""

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.projects.models import Task
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db

HEADER = "E-mail,First,Last,Phone,Organization,Role\n"


@pytest.fixture(autouse=True)
def harbor(db: None) -> Organization:
    return OrganizationFactory(name="Harbor Finance", slug="harbor-finance", external_id="0042")


def test_a_text_kept_as_a_formula_is_the_text(importer: Importer) -> None:
    output = importer.text(
        "members",
        '="E-mail",First,Last,Phone,="Organization",Role\n'
        '="a@example.org",="Ann","=""O\'Lee""",="0123456",="0042",="member"\n',
    )
    assert (output.code, output.created) == (0, 1), output.json
    ann = User.objects.get(email="a@example.org")
    assert (ann.first_name, ann.last_name, ann.phone) == ("Ann", "O'Lee", "0123456")

    output = importer.text("organizations", 'Name,ID\n"=""Eq ""Corp""""",="0043x"\n')
    assert output.code == 0, output.json
    assert Organization.objects.filter(external_id="0043x").exists()


def test_a_quote_before_a_number_is_a_mark_and_before_a_name_is_not(importer: Importer) -> None:
    output = importer.text(
        "organizations", "Name,ID\n'0077,'0077x\n't Hooft & Zn,A-1\n'68er Verein,'12 34\n"
    )
    assert output.code == 0, output.json
    assert set(
        Organization.objects.exclude(external_id="0042").values_list("name", "external_id")
    ) == {
        ("0077", "0077x"),
        ("'t Hooft & Zn", "A-1"),
        ("'68er Verein", "12 34"),
    }
    output = importer.text("members", HEADER + "'a@example.org,A,B,'0123 456,'0042,'member\n")
    assert output.code == 0, output.json
    assert User.objects.get(email="a@example.org").phone == "0123 456"


@pytest.mark.parametrize(
    "name", ["'0077", "''12", '="0042"', "'=1+1", "'t Hooft", "0088", "'68er V"]
)
def test_what_is_exported_is_imported_unchanged(name: str, importer: Importer) -> None:
    from django.core.management import call_command

    OrganizationFactory(name=name, slug="odd", external_id=name)
    for format in ("csv", "xlsx"):
        target = importer.folder / f"out.{format}"
        call_command("export_dataset", "organizations", "-o", str(target), stdout=io.StringIO())
        output = importer.raw("organizations", target.read_bytes(), name=target.name)
        assert (output.code, output.unchanged, output.updated) == (0, 2, 0), output.json


def book(rows: list[list[object]], rename: Callable[[str], str], mend: dict[str, str]) -> bytes:
    """Return a workbook whose parts have other names; `mend` replaces texts that mention them."""
    buffer, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Roster")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode()
            for old, new in mend.items():
                data = data.replace(old, new)
            target.writestr(rename(name), data)
    return out.getvalue()


ROWS: list[list[object]] = [
    ["E-mail", "First", "Last", "Organization"],
    ["a@example.org", "Ann", "Lee", "0042"],
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("workbook.xml", "workbook2.xml"),
        ("workbook.xml", "book/main.xml"),
        ("sharedStrings.xml", "SharedStrings7.xml"),
        ("worksheets/sheet1.xml", "tables/one.xml"),
        ("styles.xml", "look.xml"),
    ],
)
def test_the_parts_of_a_workbook_may_have_any_name(old: str, new: str, importer: Importer) -> None:
    folder, _, file = f"xl/{old}".rpartition("/")
    renamed = f"xl/{new}"
    new_folder, _, new_file = renamed.rpartition("/")
    listed = {f"{folder}/_rels/{file}.rels": f"{new_folder}/_rels/{new_file}.rels"}
    mend = {f"xl/{old}": renamed, f'Target="{old}"': f'Target="/{renamed}"'}
    if "/" in new and old == "workbook.xml":
        mend |= {
            f'Target="{part}': f'Target="/xl/{part}'
            for part in ("worksheets", "theme", "styles", "shared")
        }
    content = book(
        ROWS, lambda name: listed.get(name, renamed if name == f"xl/{old}" else name), mend
    )
    output = importer.raw("members", content, name="roster.xlsx")
    assert (output.code, output.created) == (0, 1), output.json


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_capitals_in_the_names_of_parts_do_not_count(part: str, importer: Importer) -> None:
    folder, _, file = part.rpartition("/")
    changed = f"{folder}/{file[0].upper()}{file[1:]}"
    content = book(ROWS, lambda name: changed if name == part else name, {})
    output = importer.raw("members", content, name="roster.xlsx")
    assert (output.code, output.created) == (0, 1), output.json


@pytest.mark.parametrize(
    "day",
    [
        "2026-04-30T00:00:00.000+0000",
        "4/30/2026 12:00:00 AM",
        "2026-04-30 00:00:00+00:00",
        "2026-04-30 00:00:00.0000000",
        "2026-04-30T00:00",
        "20260430",
        "Thu, 30 Apr 2026",
        "Thu, 30 Apr 2026 00:00:00 GMT",
        "Thu Apr 30 2026 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "Thu Apr 30 00:00:00 2026",
        "Thursday, April 30th, 2026",
        "30. April 2026",
        "30 avril 2026",
        "30 de abril de 2026",
        "30 апреля 2026 г.",  # noqa: RUF001
        "30-APR-26 12.00.00.000000 AM",
        "Apr 30 2026 12:00AM",
        "/Date(1777507200000)/",
        "2026年4月30日",
        "2026. 04. 30.",
        "30.04.2026 00:00",
        "'2026-04-30",
        "\u00a030 Apr 2026\u00a0",
    ],
)
def test_a_day_at_midnight_is_a_day(day: str, importer: Importer) -> None:
    project = ProjectFactory(name="Quay")
    output = importer.rows(
        "tasks",
        [
            ["Organization", "Project", "Title", "Due"],
            [project.organization.slug, "Quay", "Order cranes", day],
        ],
    )
    assert output.code == 0, output.json
    assert str(Task.objects.get().due_date) == "2026-04-30"


@pytest.mark.parametrize(
    "day",
    ["2026-04-30T22:00:00Z", "4/30/2026 12:00:00 PM", "04/05/2026", "30 Foo 2026", "April 2026", "20261345",
     "/Date(1777507200001)/", "5 listopad 2026", "12345678"],
)  # fmt: skip
def test_what_is_no_day_or_two_days_is_refused(day: str, importer: Importer) -> None:
    project = ProjectFactory(name="Quay")
    row = [project.organization.slug, "Quay", "Order cranes", day]
    output = importer.rows("tasks", [["Organization", "Project", "Title", "Due"], row])
    assert (output.code, output.failed) == (3, 1)


ROW = "a@example.org,Ann,Lee,,0042,member"


@pytest.mark.parametrize(
    "end", ["\n\x1a", "\x1a", "\r\n\x1a\r\n", "\n" + "\x00" * 700, "\n\x1a" + "\x00" * 100, "\x00"]
)
@pytest.mark.parametrize("row", [ROW, ROW.replace("member", '"member"')])
def test_padding_at_the_end_is_no_row(end: str, row: str, importer: Importer) -> None:
    output = importer.text("members", HEADER + row + end)
    assert (output.code, output.created, output.rows) == (0, 1, 1), output.json


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_files_put_together_with_their_marks_have_the_header_once_more(
    encoding: str, importer: Importer
) -> None:
    second = '"E-mail","First",Last,Phone,Organization,Role\n'
    text = f'\ufeff{HEADER}{ROW}\n\ufeff{second}\ufeff"b@example.org",Bo,Ray,,0042,member\n'
    output = importer.raw("members", text.encode(encoding))
    assert (output.code, output.created) == (3, 2), output.json
    assert output.messages() == ["The row repeats the header."]


@pytest.mark.parametrize(
    "header",
    [
        "E-Mail,Vorname,Nachname,Telefon,Firma,Rolle",
        "Adresse e-mail,Prénom,Nom,Téléphone,Société,Fonction",
        "Correo electrónico,Nombre,Apellidos,Teléfono,Empresa,Cargo",
        "Indirizzo e-mail,Nome,Cognome,Telefono,Azienda,Ruolo",
        "E-mailadres,Voornaam,Achternaam,Telefoon,Bedrijf,Functie",
        "E-post,Förnamn,Efternamn,Telefon,Företag,Roll",
        "Adres e-mail,Imię,Nazwisko,Telefon,Firma,Rola",
        "E-mail,Jméno,Příjmení,Telefon,Společnost,Funkce",
        "Эл. почта,Имя,Фамилия,Телефон,Организация,Должность",
        "メールアドレス,名,姓,電話,会社,役職",
        "E-mail 1 - Value,Given Name,Family Name,Phone 1 - Value,Organization 1 - Name,Role",
        "E-mail Address,First Name,Last Name,Business Phone,Company,Position",
    ],
)
def test_headers_of_other_languages_and_programs_are_known(header: str, importer: Importer) -> None:
    output = importer.text("members", f"{header}\na@example.org,Ann,Lee,0123456,0042,member\n")
    assert (output.code, output.created, output.not_imported) == (0, 1, []), output.json
    ann = User.objects.get(email="a@example.org")
    assert (ann.first_name, ann.last_name, ann.phone) == ("Ann", "Lee", "0123456")


def test_a_header_of_two_rows_is_one(importer: Importer) -> None:
    output = importer.text(
        "members",
        "E-mail,Name,,Organization,Role\n,First,Last,,\na@example.org,Ann,Lee,0042,owner\n",
    )
    assert (output.code, output.created) == (0, 1), output.json
    assert User.objects.get(email="a@example.org").last_name == "Lee"
    assert "The header takes two rows, 1 and 2." in output.notes
    assert Membership.objects.get().role == "owner"


def test_the_totals_of_a_table_are_no_record(importer: Importer) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet("Roster")
        sheet.add_table(
            "A1:D3",
            {
                "data": [["a@example.org", "Ann", "Lee", "0042"]],
                "total_row": True,
                "columns": [
                    {"header": "E-mail", "total_string": "Total"},
                    {"header": "First"},
                    {"header": "Last"},
                    {"header": "Organization", "total_function": "count"},
                ],
            },
        )
    output = importer.raw("members", buffer.getvalue(), name="roster.xlsx")
    assert (output.code, output.created) == (3, 1)
    assert output.messages() == ["The row is a line of totals."]


def test_a_file_without_the_needed_column_is_told_what_it_has(importer: Importer) -> None:
    output = importer.text("members", "Who,Where,\nAnn,Harbor,1\n")
    assert output.code == 2
    assert "No column gives “E-mail”" in output.err
    assert "The file has these columns: “Who”, “Where”" in output.err


def test_lines_in_quotes_as_a_whole_get_a_hint(importer: Importer) -> None:
    output = importer.text("members", f'"{HEADER.strip()}"\n"{ROW}"\n')
    assert output.code == 2
    assert "each line seems to be quoted as a whole" in output.err
