"""An import and its undo are events of the audit log, beside the history of each record."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.audit.models import Event
from apps.transfers.models import ImportRun
from tests.factories.accounts import SuperuserFactory


@pytest.mark.django_db(transaction=True)
def test_an_import_and_its_undo_are_events(tmp_path: Path) -> None:
    agent = SuperuserFactory()
    file = tmp_path / "members.csv"
    file.write_text(
        "email,first_name,last_name,organization,role\nann@example.org,Ann,One,Harbour,owner\n"
    )
    out = StringIO()

    call_command(
        "import_file",
        "members",
        str(file),
        "--create-missing=organization",
        "--reason=A new customer.",
        f"--user={agent.email}",
        "--json",
        stdout=out,
    )
    run = json.loads(out.getvalue().splitlines()[-1])["run"]
    call_command("undo_import", str(run), "--json", stdout=StringIO())

    imported = Event.objects.get(kind="import")
    assert (imported.target_pk, imported.reason) == (str(run), "A new customer.")
    assert imported.change_set.actor_id == agent.pk
    assert imported.change_set.import_run_id == run
    assert imported.data["state"] == ImportRun.State.APPLIED
    undone = Event.objects.get(kind="undo")
    assert (undone.target_pk, undone.change_set.source) == (str(run), "undo")
