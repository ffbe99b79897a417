"""An import and its undo are events of the audit log, beside the history of each record."""

import html
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

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
    assert imported.change_set.run_id == str(run)
    assert imported.data["state"] == ImportRun.State.APPLIED
    undone = Event.objects.get(kind="undo")
    assert (undone.target_pk, undone.change_set.source) == (str(run), "undo")


@pytest.mark.django_db(transaction=True)
def test_the_audit_log_tells_imports_undos_and_exports_in_sentences(
    tmp_path: Path, client: Client
) -> None:
    agent = SuperuserFactory()
    client.force_login(agent)
    file = tmp_path / "roster.csv"
    file.write_text("email,organization,role\nann@example.org,Harbour,owner\n")
    options = ("--create-missing=organization", "--reason=A new customer.", "--json")
    out = StringIO()
    call_command("import_file", "members", str(file), *options, stdout=out)
    run = json.loads(out.getvalue().splitlines()[-1])["run"]
    export = tmp_path / "members-out.csv"
    call_command("export_dataset", "members", "--filter=role=owner", "-o", str(export), stdout=out)
    call_command("undo_import", str(run), "--json", stdout=StringIO())

    page = client.get(reverse("admin:audit_changeset_changelist")).content.decode()
    text = html.unescape(" ".join(strip_tags(page).split()))
    assert "imported members: 1 created and 0 updated" in text
    assert "undid the import: 3 created records undone" in text
    assert "exported as CSV, filtered by role=owner" in text
    for raw in ("state applied", "results created", "query list", "personal data yes"):
        assert raw not in text
