"""What a page asks of the database does not grow with what it shows."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.discovery import full_site
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import InvitationFactory, MembershipFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
# The statements of a list, with those that sign its reader in.
MOST = 12
MODELS = sorted(full_site()._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_of_100_asks_no_more_than_one_of_10(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_site()._registry[model], "list_per_page", 500)
    client = Client()
    client.force_login(SuperuserFactory())
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for _ in range(10):
        sample(model)
    client.get(url)  # The first visit fills caches that live as long as the process.

    with CaptureQueriesContext(connection) as few:
        page = client.get(url)
    shown = _rows(page)
    for _ in range(90):
        sample(model)
    with CaptureQueriesContext(connection) as many:
        page = client.get(url)

    if shown is not None:
        assert _rows(page) >= shown + 90  # type: ignore[operator]
    assert len(many) <= len(few), _shapes(many)
    assert len(many) <= MOST, _shapes(many)


def _rows(page: Any) -> int | None:
    """Return how many rows a list shows; a list of another kind pages by itself."""
    return len(page.context["cl"].result_list) if "cl" in page.context else None


def _shapes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"][:120] for query in queries]


def _members(organization: Any, number: int) -> None:
    for _ in range(number):
        MembershipFactory(organization=organization)
        InvitationFactory(organization=organization)
        ProjectFactory(organization=organization)


def _tasks(project: Any, number: int) -> None:
    for _ in range(number):
        TaskFactory(project=project, assignee=UserFactory())


def _memberships(user: Any, number: int) -> None:
    for _ in range(number):
        MembershipFactory(user=user)


@pytest.mark.parametrize(
    ("label", "fill"),
    [
        ("organizations.Organization", _members),
        ("projects.Project", _tasks),
        ("accounts.User", _memberships),
    ],
)
def test_a_page_with_many_rows_asks_no_more_than_one_with_few(label: str, fill: Any) -> None:
    client = Client()
    client.force_login(SuperuserFactory())
    record = sample(apps.get_model(label))
    url = reverse(f"admin:{label.lower().replace('.', '_')}_change", args=[record.pk])
    fill(record, 3)
    client.get(url)

    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill(record, 10)
    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert len(many) <= len(few), _shapes(many)
