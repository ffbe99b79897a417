"""Every page and action of the project by every role, by GET and POST, as is declared or written in a table."""

import logging
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.reference import load_roles, shipped_roles
from apps.core.admin.confirmation import CONFIRMATION
from apps.organizations.models import StaffOrganization
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory, prove_factor
from tests.factories.organizations import OrganizationFactory
from tests.structure.access import table
from tests.structure.access.addresses import Records, address, model_of
from tests.structure.access.asks import LOGIN, SUDO, Persona
from tests.structure.access.entries import ACTION, Entry, entries
from tests.structure.access.line import Line
from tests.structure.access.payloads import payload
from tests.structure.drawing import Drawing
from tests.structure.writes import undone, writes

ENTRIES = entries()
SECTIONS = sorted({entry.section for entry in ENTRIES.values()})


def test_of_every_entry_is_known_what_it_asks_for() -> None:
    _, faults = table.lines(ENTRIES)

    assert not faults, "\n".join(faults)


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_each_entry_answers_each_role_as_the_table_says(
    section: str, caplog: pytest.LogCaptureFixture, drawing: Drawing
) -> None:
    # Thousands are refused here, as they should be; nobody reads the tracebacks.
    caplog.set_level(logging.ERROR, "django.request")
    lines, _ = table.lines(ENTRIES)
    visitors = _visitors()
    records = Records()
    expert = _client(SuperuserFactory())
    wrong = []

    # The first test names those that have no line yet.
    for entry in (d for d in ENTRIES.values() if d.section == section and d.name in lines):
        line = lines[entry.name]
        url = address(entry, records)
        drawing.is_on = True
        with undone():
            posted = _forged(entry, records) if ACTION in entry.name else payload(expert.get(url))
        for persona, client in visitors.items():
            for method in ("POST",) if ACTION in entry.name else ("GET", "POST"):
                expects = line.expected_elsewhere if persona == ELSEWHERE else line.expected
                expected = expects(method, persona)
                drawing.is_on = ACTION in entry.name or persona == _weakest(line, method)
                with undone(), writes() as written:
                    response = client.visit(method, url, posted)
                    seen = _seen(entry, response)
                if seen not in expected.split("/"):
                    wrong.append(f"{entry.name} {method} {persona.name}: {seen}, not {expected}")
                if written and (method == "GET" or expected in REFUSED):
                    wrong.append(f"{entry.name} {method} {persona.name} wrote to {written}")
    assert not wrong, "\n".join(wrong)


# May everything, but with the records of no organization that has one.
ELSEWHERE = Persona("limited to another organization", None)
REDIRECTS = {
    LOGIN: [reverse("admin:login"), reverse("account_login")],
    SUDO: [reverse("account_sudo")],
}
REFUSED = {"403", "404", "405", LOGIN, SUDO}


def _weakest(line: Line, method: str) -> Persona | None:
    """Return who may least of all who are let in: the page is drawn for them, and for the superuser above."""
    let_in = [each for each in table.personas() if line.expected(method, each) not in REFUSED]
    return min(
        let_in,
        key=lambda each: (each.permissions is None, each.is_staff, len(each.permissions or ())),
        default=None,
    )


class Visitor(Client):
    def visit(self, method: str, url: str, posted: dict[str, Any]) -> Any:
        """Return the answer, and forget what it did to the cookies: each visit is somebody's first."""
        cookies = {name: cookie.value for name, cookie in self.cookies.items()}
        try:
            return self.get(url) if method == "GET" else self.post(url, posted)
        finally:
            self.cookies = SimpleCookie(cookies)


def _visitors() -> dict[Persona, Visitor]:
    load_roles()
    visitors = {}
    for persona in table.personas():
        if not persona.is_signed_in:
            visitors[persona] = _client(None)
        elif persona.permissions is None and persona.name not in shipped_roles():
            visitors[persona] = _client(SuperuserFactory(), persona.has_fresh_factor)
        else:
            user = StaffFactory() if persona.is_staff else UserFactory()
            user.groups.add(*Group.objects.filter(name=persona.name))
            visitors[persona] = _client(user)
    limited = StaffFactory(is_limited=True)
    limited.groups.add(Group.objects.get(name="Administrator"))
    StaffOrganization.objects.create(user=limited, organization=OrganizationFactory())
    visitors[ELSEWHERE] = _client(limited)
    return visitors


def _client(user: Any, has_fresh_factor: bool = True) -> Visitor:
    client = Visitor(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        if has_fresh_factor:
            prove_factor(client)
        # Its session is known from here on: what follows is not somebody's first visit.
        client.get(reverse("home"))
    return client


def _forged(entry: Entry, records: Records) -> dict[str, Any]:
    """Return what a list posts when an action is chosen for one record."""
    return {
        "action": entry.name.partition(ACTION)[2],
        "index": "0",
        ACTION_CHECKBOX_NAME: [str(records.of(model_of(entry)).pk)],
    }


def _seen(entry: Entry, response: Any) -> str:
    for outcome, pages in REDIRECTS.items():
        if response.headers.get("Location", "").partition("?")[0] in pages:
            return outcome
    if ACTION in entry.name:
        location = response.headers.get("Location", "").partition("?")[0]
        if location and location != response.request["PATH_INFO"]:
            return str(response.status_code)
        # A list says "no action selected" to who may not, and shows itself again.
        return "page" if CONFIRMATION.encode() in response.content else "403"
    return str(response.status_code)
