"""Every entry of the project by every role by GET and POST, as tests/structure/access_table.md says."""

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
from tests.structure.access.payloads import payload
from tests.structure.writes import undone, writes

ENTRIES = entries()
SECTIONS = sorted({entry.section for entry in ENTRIES.values()})


def test_every_entry_has_its_line_and_every_line_its_entry() -> None:
    lines = table.read()

    missing = sorted(ENTRIES.keys() - lines.keys())
    stale = sorted(lines.keys() - ENTRIES.keys())

    assert not missing, (
        f"{table.TABLE.name} says nothing about {', '.join(missing)}. Run "
        "`python -m tests.structure.access`, then write into the new lines what they should ask for."
    )
    assert not stale, (
        f"{table.TABLE.name} has lines for entries that are gone: {', '.join(stale)}. Run "
        "`python -m tests.structure.access`."
    )


def test_the_table_is_as_the_roles_have_it() -> None:
    lines = table.read()
    undeclared = [line.entry for line in lines.values() if table.NOT_DECLARED in line.declaration]

    assert not undeclared, f"Say what these entries ask for: {', '.join(undeclared)}."
    assert table.TABLE.read_text(encoding="utf-8") == table.render(lines, ENTRIES), (
        "The cells do not follow from what the lines declare and what roles.json gives. Run "
        "`python -m tests.structure.access` and look at what changes."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_each_entry_answers_each_role_as_the_table_says(
    section: str, caplog: pytest.LogCaptureFixture
) -> None:
    # Thousands are refused here, as they should be; nobody reads the tracebacks.
    caplog.set_level(logging.ERROR, "django.request")
    lines = table.read()
    visitors = _visitors()
    records = Records()
    expert = _client(SuperuserFactory())
    wrong = []

    # What has no line yet is told by the first test.
    for entry in (d for d in ENTRIES.values() if d.section == section and d.name in lines):
        line = lines[entry.name]
        url = address(entry, records)
        with undone():
            posted = _forged(entry, records) if ACTION in entry.name else payload(expert.get(url))
        for persona, client in visitors.items():
            for method in ("POST",) if ACTION in entry.name else ("GET", "POST"):
                expects = line.expected_elsewhere if persona == ELSEWHERE else line.expected
                expected = expects(method, persona)
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
        # A list says "no action selected" to who may not, and shows itself again.
        return "page" if CONFIRMATION.encode() in response.content else "403"
    return str(response.status_code)
