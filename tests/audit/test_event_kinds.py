"""Each app declares what it records: the audit knows no other app's events, and refuses an unknown one."""

import copy
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from apps.audit.events import record_event
from apps.audit.kinds import EVENT_KINDS, EventKind
from apps.audit.models import Event
from apps.audit.timeline.event_sentences import of_event
from apps.flags.event_kinds import FLAG_FLIP
from tests.factories.accounts import SuperuserFactory

APPS = Path(settings.BASE_DIR) / "apps"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["flag_flipp", "", "signed_in"])
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(LookupError, match="No app declares the event"):
        record_event(code)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_new_kind_is_recorded_told_and_found(client: Client) -> None:
    client.force_login(SuperuserFactory())
    with EVENT_KINDS.changed():
        moored = EventKind(
            "moored", "Moored", icon="anchor", sentence=lambda data: f"moored at {data['berth']}"
        )
        event = record_event(moored, berth="berth 7")
        page = client.get(reverse("admin:audit_changeset_changelist"), {"kind": "moored"})

        assert (event.kind, event.kind_label) == ("moored", "Moored")
        assert of_event(event) == "moored at berth 7"
        content = page.content.decode()
        assert "moored at berth 7" in content
        assert ">Moored</option>" in content
        assert "anchor" in content

    # An app that is gone leaves its events behind: they are told by their code and data.
    assert of_event(Event.objects.get(kind="moored")) == "moored: berth berth 7"


def test_two_apps_cannot_declare_one_code() -> None:
    with pytest.raises(ImproperlyConfigured, match="cannot add “flag_flip”"):
        EventKind("flag_flip", "Something else")


def test_a_copy_is_the_kind_itself() -> None:
    assert copy.deepcopy(FLAG_FLIP) is FLAG_FLIP


def test_each_kind_is_declared_by_the_app_that_records_it() -> None:
    """Only what Django announces, and exports of any app, are the audit's own."""
    for code, plug in EVENT_KINDS.plugs().items():
        app = plug.module.split(".")[1]
        constant = next(
            name
            for name, value in vars(__import__(plug.module, fromlist=["x"])).items()
            if value == code and isinstance(value, EventKind)
        )
        users = {
            path.relative_to(APPS).parts[0]
            for path in APPS.rglob("*.py")
            if re.search(rf"kinds\.{constant}\b", path.read_text(encoding="utf-8"))
        }
        assert users, f"Nobody records {code}: remove it."
        assert app in users or app == "audit", (code, users)
