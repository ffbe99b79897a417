"""The flag `bulk-import` really closes the importer, whichever way it is reached."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.flags.services import flag_set, flags_ensure
from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Any:
    user = SuperuserFactory(first_name="Grace", last_name="Hopper")
    client.force_login(user)
    flags_ensure()
    flag_set(name="bulk-import", everyone=False, reason="The disk is full", actor=user)
    return user


def test_the_page_says_by_who_why_and_who_can_open_it(client: Client, root: Any) -> None:
    page = client.get(reverse("admin:transfers_importrun_new"))

    body = page.content.decode()
    assert page.status_code == 403
    assert "Imports are switched off" in body
    assert "the flag bulk-import" in body
    assert "Grace Hopper" in body
    assert "The disk is full" in body
    assert "can turn it on" in body


def test_the_command_refuses_with_the_reason(root: Any, tmp_path: Path) -> None:
    file = tmp_path / "organizations.csv"
    file.write_text("name\nDeck & Co\n")
    with pytest.raises((CommandError, SystemExit)) as refusal:
        call_command("import_file", "organizations", str(file), "--user", root.email)
    code = getattr(refusal.value, "returncode", getattr(refusal.value, "code", None))
    assert code == 2


def test_turned_on_again_the_page_is_back(client: Client, root: Any) -> None:
    flag_set(name="bulk-import", everyone=True, reason="Cleaned up", actor=root)
    assert client.get(reverse("admin:transfers_importrun_new")).status_code == 200
