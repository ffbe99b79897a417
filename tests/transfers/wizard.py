"""Driving the pages of an import as an agent's browser does, and the worker as it works."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.transfers.engine.driver import advance
from apps.transfers.engine.undo.driver import advance as advance_undo
from apps.transfers.models import ImportRun, UndoRun
from tests.factories.accounts import StaffFactory, prove_factor
from tests.forms import save

ROLES = ("Support", "Staff", "Operations", "Analyst", "Auditor", "Administrator")
ROSTER = (
    "E-mail,First,Last,Committee,Position\n"
    "ada@example.org,Ada,Harper,Harbor Finance,chair\n"
    "bo@example.org,Bo,Lind,Harbor Finance,member\n"
    ",Cy,Nomail,Harbor Finance,member\n"
)

# What an agent who imports rosters and undoes them may do.
AGENT = [
    "accounts.view_user",
    "accounts.add_user",
    "accounts.change_user",
    "accounts.view_personal_data",
    "organizations.view_organization",
    "organizations.view_membership",
    "organizations.add_membership",
    "organizations.change_membership",
    "transfers.import_data",
    "transfers.undo_import",
    "transfers.view_importrun",
]


def staff(role: str) -> User:
    user = StaffFactory(email=f"{role.lower()}@quarterdeck.example", first_name=role)
    user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reference(db: None) -> None:
    call_command("load_reference", verbosity=0)


@pytest.fixture
def agent(reference: None) -> User:
    return staff("Support")


@pytest.fixture
def support(agent: User) -> Client:
    """The support agent's browser, with a factor proven lately: to undo asks for one."""
    return prove_factor(signed_in(agent))


def url(name: str, run: ImportRun | None = None) -> str:
    return reverse(f"admin:transfers_importrun_{name}", args=[run.pk] if run else [])


def upload(
    client: Client,
    content: bytes | str,
    *,
    name: str = "roster.csv",
    dataset: str = "members",
    **more: Any,
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(
        url("new"), {"dataset": dataset, "file": SimpleUploadedFile(name, raw), **more}
    )


def work() -> None:
    """Do what a worker would do now."""
    for run in ImportRun.objects.waiting():
        advance(run.pk)
    for undo in UndoRun.objects.waiting():
        advance_undo(undo.pk)


def read_run(client: Client, content: bytes | str = ROSTER, **more: Any) -> ImportRun:
    """A run whose file was read: the agent stands before its columns."""
    answer = upload(client, content, **more)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    work()
    run = ImportRun.objects.latest("pk")
    assert run.state == ImportRun.State.READ, run.error
    return run


def planned_run(client: Client, content: bytes | str = ROSTER, **more: Any) -> ImportRun:
    choices = more.pop("choices", {})
    run = read_run(client, content, **more)
    answer = save(client, url("columns", run), {"mode": "upsert", "on_error": "skip", **choices})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    work()
    run.refresh_from_db()
    assert run.state == ImportRun.State.PLANNED, run.error
    return run


def confirm(client: Client, run: ImportRun, **changes: Any) -> Any:
    data = {"plan_token": run.plan_token, "reason": "The spring roster", "apply": "1", **changes}
    return client.post(url("check", run), data)


def applied_run(client: Client, content: bytes | str = ROSTER, **more: Any) -> ImportRun:
    run = planned_run(client, content, **more)
    answer = confirm(client, run)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    work()
    run.refresh_from_db()
    assert run.state == ImportRun.State.APPLIED, run.error
    return run


def text(answer: Any) -> str:
    """Return a page with its white space folded, as a browser shows it; a file as it is."""
    content = answer.content.decode()
    is_page = answer["Content-Type"].startswith("text/html")
    return " ".join(content.split()) if is_page else content
