"""`import_file`, `cancel_import` and `export_dataset` as scripts call them: exits, JSON, contradictions."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.audit.models import Event
from apps.organizations.models import Membership, Organization, Role
from apps.transfers.models import ImportRun, UndoRun
from config import env
from tests.bench._commands import database_url
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import TaskFactory
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db


def call(*arguments: str) -> tuple[int, dict[str, Any], str]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, json.loads(out.getvalue().splitlines()[-1]), err.getvalue().strip()


def person(number: int, role: str = "member", organization: str = "harbor-finance") -> list[str]:
    return [f"p{number}@example.org", f"P{number}", "Q", "", organization, role]


def test_all_or_nothing_says_that_nothing_was_created(
    importer: Importer, harbor: Organization
) -> None:
    output = importer.members(person(1), person(2, role="nobody"), options=("--on-error", "stop"))

    assert (output.code, output.state, output.created, output.failed) == (3, "failed", 0, 1)
    assert not Membership.objects.exists()
    planned = importer.members(person(1), person(2, role="nobody"), options=("--dry-run",))
    assert (planned.code, planned.state, planned.created, planned.failed) == (3, "planned", 1, 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["members", "no-such-file.csv"], "There is no file"),
        (["nothing", __file__], "nothing"),
        (["members", __file__, "--user", "nobody@example.org"], "There is no person"),
        (["members", __file__], "No column gives “E-mail”"),
    ],
)
def test_what_cannot_be_used_is_exit_2_one_sentence_and_json(
    arguments: list[str], says: str
) -> None:
    code, output, err = call("import_file", *arguments)

    assert code == 2
    assert says in output["error"] == err
    assert "\n" not in err
    assert {output[name] for name in ("created", "updated", "failed", "drifted")} == {0}
    assert set(output) >= {"run", "state", "rows", "seconds", "problems", "notes"}


@pytest.mark.parametrize(
    ("options", "both"),
    [
        (
            ["--value", "role:vice chair=admin", "--value", "role:Vice-Chair=viewer"],
            ("role:vice chair=admin", "role:Vice-Chair=viewer"),
        ),
        (
            ["--value", "Role:VICE  CHAIR=owner", "--value", "role:vice_chair="],
            ("Role:VICE  CHAIR=owner", "role:vice_chair="),
        ),
        (
            ["--value", "organization:Harbor=a", "--value", "organization:harbor=b"],
            ("organization:Harbor=a", "organization:harbor=b"),
        ),
        (["--map", "First=first_name", "--map", "first=last_name"], ("First=", "first=")),
        (["--map", "First=last_name", "--map", "Last=last_name"], ("First=", "Last=")),
        (["--blank", "phone=clear", "--blank", "Phone=refuse"], ("phone=", "Phone=")),
        (["--value", "role:n/a=viewer", "--empty", "role=N/A"], ("n/a", "N/A")),
    ],
)
def test_options_that_contradict_each_other_are_refused_with_both(
    options: list[str], both: tuple[str, str], importer: Importer, harbor: Organization
) -> None:
    output = importer.members(person(1, "vice chair"), options=tuple(options))

    assert output.code == 2
    assert all(each in output.err for each in both)
    assert output.json["error"] == output.err
    assert not Membership.objects.exists()


def test_the_same_said_twice_is_no_contradiction(importer: Importer, harbor: Organization) -> None:
    twice = ("--value", "role:vice chair=admin", "--value", "role:Vice-Chair=admin")
    assert importer.members(person(1, "Vice-Chair"), options=twice).code == 0
    assert Membership.objects.get().role == Role.ADMIN


def test_a_word_of_a_field_without_words_is_refused(
    importer: Importer, harbor: Organization
) -> None:
    output = importer.members(person(1), options=("--value", "phone:none=1"))
    assert output.code == 2
    assert "Phone holds neither" in output.err


@pytest.mark.parametrize(
    ("dataset", "filters", "says"),
    [
        (
            "members",
            ["role=nope"],
            "“nope” is not a role. Choose from owner, admin, member, viewer.",
        ),
        ("members", ["role="], "Choose from owner"),
        ("members", ["organization=nowhere"], "There is no organization “nowhere”."),
        ("members", ["email=nobody"], "is not an e-mail address"),
        ("members", ["colour=red"], "have no field “colour”"),
        ("members", ["role"], "--filter takes"),
        ("members", ["role=owner", "role=admin"], "given twice"),
        ("organizations", ["status=sleeping"], "Choose from"),
        ("tasks", ["due_date=soon"], "“soon” is not a date"),
        ("tasks", ["due_date=2026-02-31"], "doesn't exist in the calendar"),
        ("tasks", ["assignee=nobody@example.org"], "There is no person"),
        ("tasks", ["status=lost"], "Choose from"),
    ],
)
def test_a_filter_that_no_record_could_meet_is_refused(
    dataset: str, filters: list[str], says: str, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    options = [option for each in filters for option in ("--filter", each)]
    code, output, err = call("export_dataset", dataset, "-o", str(target), *options)

    assert code == 2
    assert says in err == output["error"]
    assert not target.exists()


def test_filters_narrow_by_words_relations_dates_and_blanks(tmp_path: Path) -> None:
    owner = MembershipFactory(role=Role.OWNER)
    MembershipFactory(role=Role.MEMBER, organization=owner.organization)
    task = TaskFactory(due_date="2026-04-30")
    TaskFactory(due_date=None)

    def rows(dataset: str, *filters: str) -> int:
        options = [option for each in filters for option in ("--filter", each)]
        target = tmp_path / "out.csv"
        code, output, err = call("export_dataset", dataset, "-o", str(target), *options)
        assert code == 0, err
        return int(output["rows"])

    assert rows("members", "role=Owner", f"organization={owner.organization.slug}") == 1
    assert rows("members", f"email={owner.user.email.upper()}") == 1
    assert rows("tasks", "due_date=30.04.2026") == 1
    assert rows("tasks", "due_date=") == 1
    assert rows("tasks", f"title={task.title}") >= 1


def test_a_filter_names_no_record_outside_the_users_scope(tmp_path: Path) -> None:
    hidden = OrganizationFactory(slug="hidden")
    clerk = StaffFactory(may=["transfers.export_data", "organizations.view_organization"])
    code, _, err = call(
        "export_dataset",
        "organizations",
        *("--user", clerk.email, "-o", str(tmp_path / "out.csv")),
        *("--filter", f"slug={hidden.slug}", "--filter", "slug=other"),
    )
    assert (code, "given twice" in err) == (2, True)


def test_an_export_into_a_folder_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    code, output, err = call(
        "export_dataset", "organizations", "-o", str(tmp_path / "no" / "x.csv")
    )
    assert (code, output["error"]) == (2, err)
    assert "can't be written" in err


def test_what_stood_there_stays_where_the_export_fails(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")
    code, _, _ = call("export_dataset", "members", "-o", str(target), "--filter", "role=nope")
    assert (code, target.read_text()) == (2, "before")


def test_cancel_asks_for_the_permission_and_keeps_the_reason(
    importer: Importer, harbor: Organization
) -> None:
    planned = importer.members(person(1), options=("--dry-run",))
    stranger = StaffFactory(may=["transfers.export_data"])
    code, _, err = call("cancel_import", str(planned.run), "--user", stranger.email)
    assert code == 2
    assert err == "This needs the permission transfers.import_data."

    code, output, _ = call("cancel_import", str(planned.run), "--reason", "The wrong roster")
    assert (code, output["stopped"], output["state"]) == (0, True, "canceled")
    event = Event.objects.get(kind="cancel")
    assert (event.target_pk, event.reason) == (str(planned.run), "The wrong roster")
    assert ImportRun.objects.get().error == (
        "Canceled (The wrong roster) before anything was changed."
    )

    code, output, err = call("cancel_import", str(planned.run))
    assert (code, output["error"]) == (2, err)
    code, output, err = call("cancel_import", "987654321")
    assert (code, output["error"], err) == (2, err, "There is no import run 987654321.")


def test_cancel_stops_an_undo_that_waits(importer: Importer, harbor: Organization) -> None:
    done = importer.members(person(1))
    UndoRun.objects.create(run_id=done.run, rows_to_do=1)
    code, output, _ = call("cancel_import", str(done.run), "--reason", "No, keep it")
    assert (code, output["stopped"], output["state"]) == (0, True, "canceled")
    assert Event.objects.get(kind="cancel_undo").reason == "No, keep it"
    assert Membership.objects.exists()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "organizations.csv"
    path.write_text("Name\n" + "".join(f"Organization {n}\n" for n in range(40_000)))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "manage.py", "import_file", "organizations", str(path)],
        cwd=env.ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(tmp_path),
        },
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:
            break
        if not block:
            break
        shown += block
    out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert b"40,000 created" in out
    assert b"Import run " in shown
    assert shown.endswith(b"\r\x1b[K")
