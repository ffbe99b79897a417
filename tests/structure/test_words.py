"""Plain English everywhere: the words that the style rules out are in no file that people read."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ENDINGS = {".py", ".html", ".txt", ".md", ".js", ".css", ".json"}
# Generic masculine pronouns and words that nobody says: write "they", "the agent", "people who …".
# An underscore ends a word: names are read too.
RULED_OUT = re.compile(
    r"(?<![a-z0-9])(he|him|his|himself|whom|whence|heed|deed|whoever)(?![a-z0-9])", re.IGNORECASE
)
# Words that screens and mails do not use: audit log, membership, canceled, corrected, now.
NOT_ON_SCREENS = re.compile(
    r"\b(trails?|seats?|cancelled|colour|mended|anew|by now|staff rights)\b", re.IGNORECASE
)
# Phrases of an earlier dialect: describes, again, forever, prevents, fixed or corrected, most likely,
# from, is not a.
DIALECT = re.compile(
    r"\b(told of|anew|for ever|stands? in the way|mended|likeliest|as good as gone|"
    r"out of the history|"
    r"is no (choice|column|constant|error|record|refusal|relation|table|text))\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
# Files in which one of them is not English, or not ours.
ELSEWHERE = {
    "apps/transfers/reading/candidates.py",  # "he" is the code of Hebrew.
    "apps/transfers/reading/letters.json",
    "tests/transfers/encodings/train.py",
    "tests/structure/test_words.py",
}


def read_by_people() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return [
        path
        for path in listed
        if Path(path).suffix in ENDINGS
        and "/migrations/" not in path
        and not path.startswith("static/")
        and path not in ELSEWHERE
        and (ROOT / path).exists()
    ]


def test_no_file_has_a_word_that_the_style_rules_out() -> None:
    paths = read_by_people()
    if not paths:
        pytest.skip("This is not a git checkout.")
    found = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if RULED_OUT.search(line)
    ]

    assert not found, "\n".join(found)


def test_no_screen_or_mail_has_a_word_of_our_own_dialect() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word.group()}"
        for path in (ROOT / "templates").rglob("*.*")
        if path.suffix in {".html", ".txt"}
        for word in NOT_ON_SCREENS.finditer(MARKUP.sub(" ", path.read_text(encoding="utf-8")))
    ]

    assert not found, "\n".join(found)


def test_no_comment_or_page_has_a_phrase_of_our_own_dialect() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in read_by_people()
        if not path.startswith("tests/")
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if DIALECT.search(line)
    ]

    assert not found, "\n".join(found)
