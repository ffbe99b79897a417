"""Names in any code page are stored as they were meant, and a guess is told as one."""

from pathlib import Path

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Organization
from apps.transfers.models import ImportRun
from apps.transfers.reading.encodings import detect_encoding
from tests.forms import save
from tests.transfers.encodings.measure import is_read_right
from tests.transfers.encodings.names import CODE_PAGES, WIDE, pairs, roster
from tests.transfers.engine import Importer
from tests.transfers.wizard import text, upload, url, work


def test_the_lists_cover_many_languages_and_code_pages() -> None:
    assert len(CODE_PAGES) >= 30
    assert len({encoding for _, encoding in pairs()}) >= 40


@pytest.mark.parametrize("language", CODE_PAGES)
def test_rosters_of_twenty_and_three_hundred_rows_are_read_right(
    language: str, tmp_path: Path
) -> None:
    wrong = [
        (encoding, rows)
        for encoding in (*CODE_PAGES[language], *WIDE)
        for rows in (20, 300)
        if not is_read_right(language, encoding, rows, 1, tmp_path)
    ]
    assert wrong == []


def test_rosters_of_three_rows_are_read_right_but_for_a_few(tmp_path: Path) -> None:
    """Three names may fit two languages: the floor is 95 of 100."""
    right = [is_read_right(*pair, 3, 2, tmp_path) for pair in pairs()]
    assert sum(right) / len(right) >= 0.95


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5"])
def test_three_rows_of_cyrillic_do_not_become_chinese(
    encoding: str, seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "roster.csv"
    content = roster("Russian", encoding, 3, seed)
    path.write_bytes(content.encode(encoding))
    assert content == path.read_bytes().decode(detect_encoding(path).encoding)


def test_capitals_and_short_words_tell_too(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    people = "Name\nDVOŘÁK JIŘÍ\nNOVÁKOVÁ KVĚTA\nČERNÝ ZDENĚK\n"
    path.write_bytes(people.encode("cp1250"))
    assert path.read_bytes().decode(detect_encoding(path).encoding) == people


def test_utf8_with_lines_of_a_code_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(roster("Czech", "utf-8", 5).encode() + "Dvořák,Jiří\n".encode("cp1250"))
    with pytest.raises(DomainError, match="mixes encodings"):
        detect_encoding(path)


def test_two_letters_that_look_like_utf8_are_no_mixture(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    # In Mac Central European "ří" and "řá" are valid UTF-8, and the other lines are not.
    people = "Name\nZdeněk Němec\nŠárka Hájková\nJiří Dvořák\n"
    path.write_bytes(people.encode("mac-latin2"))
    assert path.read_bytes().decode(detect_encoding(path).encoding) == people


CZECH = (
    "E-mail,First,Last,Committee,Position\n"
    "jiri@example.org,Jiří,Dvořák,Harbor Finance,member\n"
    "zdenka@example.org,Zdeňka,Němcová,Harbor Finance,member\n"
)


@pytest.mark.django_db
def test_the_command_says_that_it_guessed_and_what_it_read(
    importer: Importer, harbor: Organization
) -> None:
    output = importer.raw("members", CZECH.encode("cp1250"))

    assert (output.code, output.encoding) == (0, "cp1250")
    assert output.notes[0].startswith(
        "The file doesn't state its encoding, so this is a guess. Read as Windows-1250: "
    )
    assert "Dvořák" in output.notes[0]
    assert "As Windows-1252: " in output.notes[0]
    assert "Dvoøák" in output.notes[0]
    assert User.objects.get(email="jiri@example.org").last_name == "Dvořák"
    sure = importer.text("members", CZECH, "--dry-run")
    assert (sure.encoding, [note for note in sure.notes if "guess" in note]) == ("utf-8", [])
    shown = importer.raw("members", CZECH.encode("cp1250"), "--encoding", "cp1250", "--dry-run")
    assert [note for note in shown.notes if "guess" in note] == []


@pytest.mark.django_db
def test_the_wizard_shows_the_words_under_each_encoding_and_takes_one_click(
    support: Client, harbor: Organization
) -> None:
    upload(support, CZECH.encode("cp1250"))
    work()
    run = ImportRun.objects.get()
    page = support.get(url("file", run))
    body = text(page)

    assert "Read as Windows-1250:" in body
    assert "Dvořák" in body
    assert "Read as Windows-1252" in body
    assert "Dvoøák" in body
    posted = {"encoding": "cp1252", "delimiter": ",", "header_row": ""}
    save(support, url("file", run), posted, follow=True)
    work()
    run.refresh_from_db()
    assert run.findings["encoding"] == "cp1252"
    assert run.findings["samples"][0][2] == "Dvoøák"
