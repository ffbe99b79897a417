"""What leaves for a spreadsheet runs nothing there, and comes back as it was."""

import csv
import io

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier, Literal

from apps.core.cells import defused, defused_sql, restored

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text(st.sampled_from(f"{SIGNS};,|\t\r\n '\"aZ1é\u00a0"), max_size=12)
SEPARATORS = (";", ",", "\t", "|", "\n", "\r")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("\t=1", "'\t'=1"),
        ("\uff0b1", "'\uff0b1"),
        ("Foo;=cmd|' /C calc'!A0", "Foo;'=cmd|' /C calc'!A0"),
        ('Foo; "=1', "Foo; \"'=1"),
        ("a\n-b", "a\n'-b"),
        ("'s", "'s"),
        ("a=1", "a=1"),
        ("a@example.org", "a@example.org"),
        ("one\n\ntwo; three, four", "one\n\ntwo; three, four"),
        ("", ""),
    ],
)
def test_an_apostrophe_stands_before_each_sign_that_would_be_run(text: str, safe: str) -> None:
    assert defused(text) == safe
    assert restored(safe) == text


def test_what_is_no_text_is_left_alone() -> None:
    assert defused(-5) == -5


@given(TEXTS)
def test_an_import_takes_off_what_an_export_added(text: str) -> None:
    assert restored(defused(text)) == text


@given(TEXTS)
def test_no_part_of_a_cell_begins_like_a_formula(text: str) -> None:
    """However a program splits the cell, and whatever it strips from the parts."""
    for separator in SEPARATORS:
        for part in defused(text).split(separator):
            assert part.lstrip(' "')[:1] not in tuple(SIGNS)


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_file_that_is_read_with_another_separator_holds_no_formula(texts: list[str]) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(map(defused, texts))
    for delimiter in (";", "|", "\t"):
        for row in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=delimiter):
            for cell in row:
                assert cell.lstrip(' "')[:1] not in tuple(SIGNS), (file.getvalue(), cell)


@pytest.mark.django_db
def test_the_database_defuses_as_python_does() -> None:
    texts = [
        f"{start}{separator}{between}{sign}x"
        for start in ("", "a", "'", " ", '"', "=")
        for separator in ("", *SEPARATORS, ";;", ";\t")
        for between in ("", " ", '"', "'", "''", " '", "' ", "x")
        for sign in ("", *SIGNS, "\t", "\n")
    ]
    query = SQL("SELECT t, {} FROM unnest({}::text[]) AS q (t)").format(
        defused_sql(Identifier("t")), Literal(texts)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        answers = cursor.fetchall()

    assert [(text, safe) for text, safe in answers if safe != defused(text)] == []
    assert len(answers) == len(texts)
