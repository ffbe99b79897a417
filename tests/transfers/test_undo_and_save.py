"""A record that somebody saves at the moment when an undo removes it: both are told the truth."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.organizations.models import Organization
from apps.transfers.engine.undo.driver import advance
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.services import import_run_undo
from tests.at_once import while_uncommitted
from tests.factories.accounts import SuperuserFactory
from tests.forms import opened
from tests.transfers.engine import Importer, Outcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(tmp_path: Path) -> Outcome:
    return Importer(tmp_path).organizations(["Harbor", "H-1"], ["Dock", "D-1"])


@pytest.fixture
def sam() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return client


def both(run: Outcome, sam: Client) -> tuple[Any, Any]:
    """Return what saves a new name of Harbor, and what undoes the import, each on a connection of its own."""
    harbor = Organization.objects.get(external_id="H-1")
    url = reverse("admin:organizations_organization_change", args=[harbor.pk])
    form = {**opened(sam, url), "name": "Bright Harbor"}
    undo = import_run_undo(run=run.record, reason="Wrong", actor=None, in_background=False)
    return lambda: sam.post(url, form), lambda: advance(undo.pk)


def test_what_is_saved_first_is_kept_by_the_undo(run: Outcome, sam: Client) -> None:
    save, undo = both(run, sam)

    answer, _ = while_uncommitted(save, undo)

    assert answer.status_code == 302
    assert list(Organization.objects.values_list("name", flat=True)) == ["Bright Harbor"]
    ended = UndoRun.objects.get()
    assert (ended.state, ended.results["removed"], ended.results["kept"]) == (
        "undone_in_part",
        1,
        1,
    )
    assert run.record.state == ImportRun.State.UNDONE_IN_PART


def test_what_is_saved_after_the_undo_is_shown_as_typed(run: Outcome, sam: Client) -> None:
    save, undo = both(run, sam)

    _, answer = while_uncommitted(undo, save)

    assert answer.status_code == 409
    assert "Bright Harbor" in answer.content.decode()
    assert not Organization.objects.exists()
    ended = UndoRun.objects.get()
    assert (ended.state, ended.results["removed"], ended.results["kept"]) == ("undone", 2, 0)
    assert run.record.state == ImportRun.State.UNDONE
