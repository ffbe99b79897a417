"""What a page offers to limited staff is not refused because it affects every organization."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.accounts.reference import load_roles
from apps.core.discovery import full_site
from apps.organizations.models import Organization, StaffOrganization
from tests.factories.accounts import StaffFactory, prove_factor
from tests.structure.access.payloads import payload
from tests.structure.samples import sample
from tests.structure.writes import undone

pytestmark = pytest.mark.django_db
REFUSALS = ("access is limited", "Ask a colleague with full access")


@pytest.fixture
def limited() -> Client:
    """The browser of somebody who may do everything, within the organizations that there are when it is used."""
    load_roles()
    user = StaffFactory(is_limited=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    prove_factor(client)
    return client


def widen(client: Client) -> None:
    user = client.session["_auth_user_id"]
    for organization in Organization.objects.exclude(seen_by__user=user):
        StaffOrganization.objects.create(user_id=user, organization=organization)


@pytest.mark.parametrize("model", full_site()._registry, ids=lambda model: model._meta.label)
def test_no_action_is_offered_and_then_refused_for_the_scope(
    model: type[Model], limited: Client
) -> None:
    model_admin: Any = full_site()._registry[model]
    record = sample(model)
    widen(limited)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page: Any = limited.get(reverse(f"{name}_changelist"))
    if page.status_code != 200:
        pytest.skip("Limited administrators do not see this list.")

    refused = []
    for label, answer in answers(limited, page, model_admin, record):
        said = answer.content.decode()
        if any(refusal in said for refusal in REFUSALS):
            refused.append(label)

    assert not refused, f"Declare needs_full_access or affects_all_organizations: {refused}"


def answers(client: Client, page: Any, model_admin: Any, record: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is answered to each action that the list or the record's page offers, asked and confirmed."""
    request = page.wsgi_request
    for name in model_admin.get_actions(request):
        chosen = {"action": name, "index": "0", ACTION_CHECKBOX_NAME: [str(record.pk)]}
        url = request.get_full_path()
        yield from visits(client, f"list: {name}", url, client.post(url, chosen), chosen)
    found = [
        *model_admin.get_actions_row(request),
        *model_admin.get_actions_detail(request, record.pk),
    ]
    for action in found:
        url = reverse(f"admin:{action.action_name}", args=[record.pk])
        yield from visits(client, action.action_name, url, client.get(url), {})


def visits(
    client: Client, label: str, url: str, asked: Any, chosen: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    yield label, asked
    with undone():
        yield f"{label}, confirmed", client.post(url, {**payload(asked), **chosen})


def test_limited_operations_are_offered_nothing_on_schedules_and_flags() -> None:
    """Somebody with the role Operations alone, and somebody with full access, who is offered all of it."""
    load_roles()
    for is_limited in (True, False):
        user = StaffFactory(is_limited=is_limited)
        user.groups.add(Group.objects.get(name="Operations"))
        client = Client()
        client.force_login(user)
        for label, offer in (
            ("django_celery_beat.PeriodicTask", "Run now"),
            ("flags.Flag", "Turn on for everyone"),
        ):
            model = next(each for each in full_site()._registry if each._meta.label == label)
            record = sample(model)
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            pages = [
                client.get(reverse(f"{name}_changelist")),
                client.get(reverse(f"{name}_change", args=[record.pk])),
            ]
            offered = [offer in page.content.decode() for page in pages]
            assert offered == [not is_limited] * 2, label
