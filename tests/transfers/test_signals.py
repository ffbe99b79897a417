"""A signal stops a command at a safe point, in each phase: real processes, a real database."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as default
from django.db import connections, transaction

from apps.audit.models import Event
from apps.core.tasks import jobs_sweep
from apps.organizations.models import Organization
from apps.transfers.models import ExportRun, ImportRun, UndoRun
from apps.transfers.models.uploads import private_storage
from config import env
from tests.bench._commands import database_url
from tests.signal_dispositions import hearing

pytestmark = pytest.mark.django_db(transaction=True)

State = ImportRun.State
ROWS = 60_000


class Command:
    """One `manage.py` process."""

    def __init__(self, var: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", *arguments],
            cwd=env.ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "DATABASE_URL": database_url(),
                "VAR_DIR": str(var),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hearing,
        )

    def when(self, is_time: Callable[[], Any]) -> "Command":
        deadline = time.monotonic() + 120
        while not is_time():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        return self

    def send(self, number: int) -> "Command":
        self.process.send_signal(number)
        return self

    def ended(self) -> tuple[int, dict[str, Any], str]:
        out, err = self.process.communicate(timeout=120)
        assert "Traceback" not in err
        return self.process.returncode, json.loads(out.splitlines()[-1]), err.strip()


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "organizations.csv"
    path.write_text("Name\n" + "".join(f"Organization {n}\n" for n in range(ROWS)))
    return path


def state_is(state: str, model: Any = ImportRun) -> Callable[[], bool]:
    return lambda: model.objects.filter(state=state).exclude(claimed_by="").exists()


def check_run(code: int, output: dict[str, Any], err: str, name: str) -> ImportRun:
    run = ImportRun.objects.get()
    assert code == 3
    assert (output["run"], output["state"], output["error"]) == (run.pk, run.state, run.error)
    assert err.startswith(f"Import run {run.pk}: ")
    assert f"nterrupted by {name}" in err
    assert run.has_ended
    # Nobody finishes it behind the operator's back.
    jobs_sweep()
    assert output["created"] == Organization.objects.count()
    return run


@pytest.mark.faults
@pytest.mark.parametrize(
    ("state", "number"),
    [
        (State.UPLOADED, signal.SIGINT),
        (State.UPLOADED, signal.SIGTERM),
        (State.MATCHED, signal.SIGTERM),
        (State.MATCHED, signal.SIGHUP),
    ],
)
def test_while_the_file_is_read_or_staged_nothing_was_imported(
    state: str, number: signal.Signals, tmp_path: Path
) -> None:
    path = tmp_path / "organizations.csv"
    path.write_text("Name\n" + "".join(f"Organization {n}\n" for n in range(500_000)))
    command = Command(tmp_path, "import_file", "organizations", str(path), "--json")

    command.when(state_is(state))
    # Anywhere within the phase.
    time.sleep(random.uniform(0, 0.5))  # noqa: S311
    code, output, err = command.send(number).ended()

    run = check_run(code, output, err, number.name)
    assert (run.state, output["created"]) == (State.CANCELED, 0)


def test_while_it_is_planned_nothing_was_imported(tmp_path: Path, big: Path) -> None:
    with transaction.atomic(), default.cursor() as cursor:
        # Planning waits for this lock.
        cursor.execute("LOCK TABLE organizations_organization IN ACCESS EXCLUSIVE MODE")
        command = Command(tmp_path, "import_file", "organizations", str(big), "--json")
        code, output, err = command.when(state_is(State.STAGED)).send(signal.SIGINT).ended()

    run = check_run(code, output, err, "SIGINT")
    assert (run.state, output["created"], run.rows) == (State.CANCELED, 0, ROWS)


@pytest.mark.faults
@pytest.mark.parametrize(("number", "times"), [(signal.SIGINT, 3), (signal.SIGTERM, 1)])
def test_while_it_is_applied_it_stops_at_a_chunk(
    number: signal.Signals, times: int, tmp_path: Path, big: Path
) -> None:
    command = Command(tmp_path, "import_file", "organizations", str(big), "--json")
    command.when(lambda: ImportRun.objects.filter(rows_done__gt=0, state="applying").exists())
    for _ in range(times):
        command.send(number)
    code, output, err = command.ended()

    run = check_run(code, output, err, number.name)
    assert run.state == State.APPLIED_IN_PART
    assert 0 < output["created"] < ROWS
    assert output["created"] + output["not_applied"] == ROWS
    assert output["seconds"]["apply"] > 0
    assert output["seconds"]["total"] == pytest.approx(
        sum(output["seconds"].values()) - output["seconds"]["total"], abs=0.01
    )


@pytest.mark.faults
def test_an_undo_stops_at_a_chunk_and_goes_on_later(tmp_path: Path, big: Path) -> None:
    code, output, _ = Command(tmp_path, "import_file", "organizations", str(big), "--json").ended()
    assert code == 0
    undo = Command(tmp_path, "undo_import", str(output["run"]), "--json")
    undo.when(lambda: UndoRun.objects.filter(rows_done__gt=0).exists()).send(signal.SIGTERM)
    code, undone, err = undo.ended()

    assert (code, undone["state"]) == (3, "canceled")
    assert f"Undo of run {output['run']}: Interrupted by SIGTERM" in err
    assert 0 < undone["removed"] < ROWS
    assert Organization.objects.count() == ROWS - undone["removed"]
    assert undone["seconds"]["undo"] > 0

    code, undone, _ = Command(tmp_path, "undo_import", str(output["run"]), "--json").ended()
    assert (code, undone["removed"]) == (0, ROWS)
    assert not Organization.objects.exists()


@pytest.mark.faults
def test_of_two_undos_the_second_waits_and_says_the_same(tmp_path: Path, big: Path) -> None:
    _, output, _ = Command(tmp_path, "import_file", "organizations", str(big), "--json").ended()
    undos = [Command(tmp_path, "undo_import", str(output["run"]), "--json") for _ in range(2)]
    ends = [undo.ended() for undo in undos]

    for code, undone, err in ends:
        # Who comes when all is done is told so.
        if code == 2:
            assert "already undone" in err
        else:
            assert (code, undone["state"], undone["removed"]) == (0, "undone", ROWS)
    assert 0 in {code for code, _, _ in ends}


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_leaves_no_half_file(number: signal.Signals, tmp_path: Path, big: Path) -> None:
    Command(tmp_path, "import_file", "organizations", str(big), "--json").ended()
    target = tmp_path / "out.xlsx"
    export = Command(tmp_path, "export_dataset", "organizations", "-o", str(target), "--json")
    code, output, err = export.when(state_is("writing", ExportRun)).send(number).ended()

    assert (code, output["state"], output["path"]) == (3, "canceled", "")
    assert f"Interrupted by {number.name}" in err
    assert not target.exists()
    folder = tmp_path / "private" / "exports"
    assert not any(folder.rglob("*")), private_storage()


@pytest.mark.faults
def test_a_colleague_cancels_by_command_and_the_import_says_so(tmp_path: Path, big: Path) -> None:
    command = Command(tmp_path, "import_file", "organizations", str(big), "--json")
    command.when(lambda: ImportRun.objects.filter(rows_done__gt=0, state="applying").exists())
    run = ImportRun.objects.get()
    out = io.StringIO()
    # In this process, which is here already.
    call_command("cancel_import", str(run.pk), "--reason", "Wrong file", "--json", stdout=out)
    stopped = json.loads(out.getvalue())
    code, output, err = command.ended()

    assert (code, output["state"]) == (3, "applied_in_part")
    assert "Canceled (Wrong file)" in output["error"]
    assert output["error"] in err
    assert output["created"] == Organization.objects.count() < ROWS
    assert (stopped["stopped"], stopped["state"]) == (True, "applied_in_part")
    assert stopped["rows_done"] == output["created"]
    event = Event.objects.get(kind="cancel")
    assert (event.target_pk, event.reason) == (str(run.pk), "Wrong file")
    assert event.change_set
    assert event.change_set.actor_label == "command cancel_import"

    again, output, err = Command(tmp_path, "cancel_import", str(run.pk), "--json").ended()
    assert again == 2
    assert "has already ended" in output["error"] == err
    connections.close_all()
