"""A look changes nothing: not in any state of a record, and not by anything that an address can say.

`test_access.py` gets every page as every role, but of each model one record in one state, and without a
query. Here every word that some page reads from its address is tried, and an import in each state.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.transfers.models import ImportRun, ImportTemplate
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import OrganizationFactory
from tests.structure.access.addresses import Records, address
from tests.structure.access.entries import ACTION, entries
from tests.structure.writes import undone, writes
from tests.transfers.wizard import applied_run, confirm, planned_run, read_run, url, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("drawing")]

READ = re.compile(
    r"""(?:GET(?:\.get\(|\.getlist\(|\.pop\(|\[)|(?:number_of|one_of|named_run)\(request,)\s*["'](\w+)["']"""
)
ROSTER = "E-mail,First,Last,Committee,Position\nada@example.org,Ada,Harper,Harbor,member\n,B,C,Harbor,member\n"


@pytest.fixture(autouse=True)
def _reference(db: None) -> None:
    call_command("load_reference", verbosity=0)


PAGES = [
    name.removeprefix("transfers_importrun_")
    for name, entry in entries().items()
    if name.startswith("transfers_importrun_") and "<int:run_id>" in entry.route
]


def words_of_addresses() -> list[str]:
    """Return every name that some page of ours reads from its address by itself."""
    sources = Path(settings.BASE_DIR, "apps").rglob("*.py")
    found = {name for source in sources for name in READ.findall(source.read_text("utf-8"))}
    return sorted(found)


def test_the_words_are_found() -> None:
    assert {"like", "template", "dataset", "attempt_of", "tab", "q"} <= set(words_of_addresses())


def _read(client: Client) -> ImportRun:
    return read_run(client, ROSTER)


def _planned(client: Client) -> ImportRun:
    return planned_run(client, ROSTER)


def _confirmed(client: Client) -> ImportRun:
    run = _planned(client)
    confirm(client, run)
    return run


def _applied(client: Client) -> ImportRun:
    return applied_run(client, ROSTER.rpartition(",B")[0])


def _undone(client: Client) -> ImportRun:
    run = _applied(client)
    client.post(url("undo", run), {"reason": "Wrong file."})
    work()
    return run


@pytest.mark.parametrize("make", [_read, _planned, _confirmed, _applied, _undone])
def test_no_page_of_an_import_is_changed_by_a_look(make: Callable[[Client], ImportRun]) -> None:
    OrganizationFactory(name="Harbor")
    owner: User = SuperuserFactory()
    client = sudo_client(owner)
    earlier = planned_run(
        client, ROSTER, choices={"save_as": "Mine", "column-1": "", "mode": "create"}
    )
    template = ImportTemplate.objects.get(name="Mine")
    run = make(client)
    values = {"like": earlier.pk, "attempt_of": earlier.pk, "template": template.pk}
    queries = ["", *(f"?{name}={values.get(name, '1')}" for name in words_of_addresses())]
    pages = [url("new"), *(url(name, run) for name in ("change", *PAGES))]
    # The session notes its first visit.
    client.get(reverse("home"))
    wrong = []

    for page in pages:
        for query in queries:
            with undone(), writes() as written:
                client.get(page + query)
            if written:
                wrong.append(f"{page}{query} wrote to {written}")

    assert not wrong, "\n".join(wrong)


def test_no_page_is_changed_by_a_look_at_an_address_that_says_everything() -> None:
    client = sudo_client(SuperuserFactory())
    client.raise_request_exception = False
    client.get(reverse("home"))
    records = Records()
    query = "&".join(f"{name}=1" for name in words_of_addresses())
    wrong = []

    for name, entry in entries().items():
        if ACTION in name:
            continue
        page = address(entry, records)
        with undone(), writes() as written:
            client.get(f"{page}{'&' if '?' in page else '?'}{query}")
        if written:
            wrong.append(f"{name} wrote to {written}")

    assert not wrong, "\n".join(wrong)


def test_acting_as_somebody_else_a_look_stores_nothing_in_their_name() -> None:
    OrganizationFactory(name="Harbor")
    person: User = StaffFactory(
        may=[
            "accounts.view_user", "accounts.add_user", "accounts.change_user",
            "organizations.view_membership", "organizations.add_membership",
            "organizations.change_membership", "transfers.import_data",
            "transfers.view_importrun",
        ]
    )  # fmt: skip
    own = sudo_client(person)
    earlier = planned_run(own, ROSTER, choices={"mode": "create"})
    run: Any = read_run(own, ROSTER)
    lead = sudo_client(SuperuserFactory())
    lead.post(
        reverse("admin:accounts_user_impersonate", args=[person.pk]), {"reason": "Ticket 12."}
    )

    page = lead.get(f"{url('columns', run)}?like={earlier.pk}")

    before = run.matching
    run.refresh_from_db()
    assert page.status_code == 200
    assert run.matching == before
