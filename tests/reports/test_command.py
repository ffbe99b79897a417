"""`run_report`: the report without a browser."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.reports.models import ReportRun
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import MembershipFactory
from tests.reports.conftest import reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("format", "begins"),
    [
        ("csv", b"\xef\xbb\xbfOrganization"),
        ("xlsx", b"PK"),
        ("html", b"<!DOCTYPE html>"),
        ("pdf", b"%PDF"),
    ],
)
def test_each_format_is_written_and_told_of_in_json(
    tmp_path: Path, capsys: Any, format: str, begins: bytes
) -> None:
    MembershipFactory()
    path = tmp_path / f"report.{format}"

    call_command("run_report", "weekly", "--format", format, "-o", str(path), "--json")

    assert path.read_bytes().startswith(begins)
    output = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert output["rows"] == 1
    assert output["run"] == ReportRun.objects.get().pk


def test_without_a_path_the_csv_goes_to_the_screen(capsys: Any) -> None:
    call_command("run_report", "weekly", "--param", "week=2026-W10")
    assert capsys.readouterr().out.startswith("Organization,")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["yearly"], "Unknown report “yearly”"),
        (["weekly", "--param", "month=3"], "has no parameter “month”"),
        (["weekly", "--param", "week"], "has no “=”"),
        (["weekly", "--param", "week=soon"], "is not a week"),
        (["weekly", "--format", "pdf"], "Name a file with -o"),
        (["weekly", "--format", "doc"], "Unknown format"),
        (["weekly", "--format", "xlsx"], "Name a file with -o"),
        (["weekly", "--user", "nobody@example.org"], "No active person has the address"),
        (["weekly", "-o", "/nowhere/report.csv"], "can't be written"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_2(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refusal:
        call_command("run_report", *arguments)
    assert refusal.value.returncode == 2


def test_a_user_who_may_not_view_it_gets_nothing() -> None:
    reader(email="may@example.org")
    StaffFactory(email="may-not@example.org")
    call_command("run_report", "weekly", "--user", "may@example.org", stdout=None)
    with pytest.raises(CommandError, match="does not have the permission"):
        call_command("run_report", "weekly", "--user", "may-not@example.org")
