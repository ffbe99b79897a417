"""Actions are confirmed on a page, done by a POST, and hold to what was confirmed.

Shown with organizations, which every part of it applies to.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.uuid7 import uuid7
from apps.organizations.models import Organization
from tests.factories.accounts import StaffFactory, prove_factor
from tests.factories.organizations import OrganizationFactory, TrashedOrganizationFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
LIST = "admin:organizations_organization_changelist"
ONE = "admin:organizations_organization_move_to_trash"
TRASH = "admin:organizations_trashedorganization_changelist"
PURGE = "admin:organizations_trashedorganization_purge"


@pytest.fixture
def client_who_may() -> Callable[..., Client]:
    def make(*permissions: str) -> Client:
        client = Client()
        names = [f"organizations.{name}_organization" for name in permissions]
        client.force_login(StaffFactory(may=names))
        return prove_factor(client)

    return make


def _select(organizations: Any, **extra: Any) -> dict[str, Any]:
    return {
        "action": "move_to_trash",
        "index": "0",
        "_selected_action": [str(organization.pk) for organization in organizations],
        **extra,
    }


def _confirm(page: Any, **answers: str) -> dict[str, Any]:
    """Return what the page's form would post, with the answers filled in."""
    fields: dict[str, Any] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode()
    ):
        fields.setdefault(name, []).append(value)
    return {**fields, **answers}


def test_a_look_at_the_confirmation_changes_nothing(client_who_may: Callable[..., Client]) -> None:
    organization = OrganizationFactory(name="Harbor Committee")
    ProjectFactory(organization=organization)

    page = client_who_may("view", "delete").get(reverse(ONE, args=[organization.pk]))

    assert page.status_code == 200
    body = page.content.decode()
    assert "Harbor Committee" in body
    assert "Also moved to the trash: 1 project." in body
    assert Organization.objects.filter(pk=organization.pk).exists()


def test_who_may_not_is_refused_both_the_page_and_the_action(
    client_who_may: Callable[..., Client],
) -> None:
    organization = OrganizationFactory()
    client = client_who_may("view", "change")
    url = reverse(ONE, args=[organization.pk])

    assert client.get(url).status_code == 403
    assert client.post(url, {"reason": "Because."}).status_code == 403
    assert "move_to_trash" not in client.get(reverse(LIST)).content.decode()
    assert Organization.objects.filter(pk=organization.pk).exists()


def test_without_a_reason_nothing_is_done(client_who_may: Callable[..., Client]) -> None:
    organization = OrganizationFactory()

    page = client_who_may("view", "delete").post(
        reverse(ONE, args=[organization.pk]), {"reason": "  "}
    )

    assert page.status_code == 200
    assert "This field is required" in page.content.decode()
    assert Organization.objects.filter(pk=organization.pk).exists()


def test_a_confirmed_action_is_done_and_the_history_has_the_reason(
    client_who_may: Callable[..., Client],
) -> None:
    organization = OrganizationFactory()

    page = client_who_may("view", "delete").post(
        reverse(ONE, args=[organization.pk]), {"reason": "Closed by its members."}
    )

    assert page.status_code == 302
    organization = Organization.all_objects.get(pk=organization.pk)
    assert organization.is_deleted
    newest = organization.history.select_related("change_set").first()
    assert newest.change_set.reason == "Closed by its members."
    assert newest.change_set.source == "form"


def test_a_bulk_action_asks_first_and_then_does_it_to_the_selected(
    client_who_may: Callable[..., Client],
) -> None:
    chosen, other = [OrganizationFactory(), OrganizationFactory()], OrganizationFactory()
    client = client_who_may("view", "delete")

    page = client.post(reverse(LIST), _select(chosen))
    assert page.status_code == 200
    assert "2 organizations" in page.content.decode()
    assert Organization.objects.count() == 3

    client.post(reverse(LIST), _confirm(page, reason="Doubles."))
    assert list(Organization.objects.all()) == [other]


def test_select_all_goes_across_pages_without_posting_the_ids(
    client_who_may: Callable[..., Client],
) -> None:
    organizations = [OrganizationFactory(name=f"Double {n:03}") for n in range(120)]
    OrganizationFactory(name="Original")
    client = client_who_may("view", "delete")
    url = reverse(LIST) + "?q=double"

    page = client.post(url, _select(organizations[:1], select_across="1"))
    assert "120 organizations" in page.content.decode()
    fields = _confirm(page, reason="Doubles.")
    assert len(fields["_selected_action"]) == 1

    client.post(url, fields)
    assert [organization.name for organization in Organization.objects.all()] == ["Original"]


def test_a_selection_that_changed_meanwhile_is_shown_again(
    client_who_may: Callable[..., Client],
) -> None:
    organizations = [OrganizationFactory(name=f"Double {n}") for n in range(3)]
    client = client_who_may("view", "delete")
    url = reverse(LIST) + "?q=double"
    page = client.post(url, _select(organizations[:1], select_across="1"))

    # As many as before, but not the same ones.
    Organization.objects.filter(pk=organizations[0].pk).update(name="Original")
    OrganizationFactory(name="Double 4")
    again = client.post(url, _confirm(page, reason="Doubles."))

    assert again.status_code == 409
    assert "The records changed after this page was shown" in again.content.decode()
    assert Organization.objects.count() == 4
    client.post(url, _confirm(again, reason="Doubles."))
    assert Organization.objects.count() == 1


def test_a_confirmation_of_somebody_else_counts_for_nothing(
    client_who_may: Callable[..., Client],
) -> None:
    organizations = [OrganizationFactory()]
    page = client_who_may("view", "delete").post(reverse(LIST), _select(organizations))

    answer = client_who_may("view", "delete").post(
        reverse(LIST), _confirm(page, reason="Found in the bin.")
    )

    assert answer.status_code == 409
    assert Organization.objects.count() == 1


def test_a_rule_that_says_no_is_shown_with_the_input_kept(
    client_who_may: Callable[..., Client],
) -> None:
    organization = TrashedOrganizationFactory(slug="harbor")
    OrganizationFactory(slug="harbor", name="The new one")
    client = client_who_may("view", "restore")

    page = client.post(
        reverse("admin:organizations_trashedorganization_restore", args=[organization.pk]),
        {"reason": "They are back."},
    )

    assert page.status_code == 409
    body = page.content.decode()
    assert "is taken by The new one now" in body
    assert "They are back." in body


def test_the_irreversible_asks_for_the_name(client_who_may: Callable[..., Client]) -> None:
    organization = TrashedOrganizationFactory(name="Harbor Committee")
    client = client_who_may("view", "purge")
    url = reverse(PURGE, args=[organization.pk])

    wrong = client.post(url, {"reason": "Law.", "typed": "harbour"})
    assert "match “Harbor Committee”." in wrong.content.decode()
    assert Organization.all_objects.count() == 1

    client.post(url, {"reason": "Law.", "typed": "Harbor Committee"})
    assert Organization.all_objects.count() == 0


def test_to_purge_many_asks_for_their_number(client_who_may: Callable[..., Client]) -> None:
    organizations = [TrashedOrganizationFactory() for _ in range(3)]
    client = client_who_may("view", "purge")

    page = client.post(reverse(TRASH), {**_select(organizations), "action": "purge"})
    assert "Type “3” to confirm" in page.content.decode()
    client.post(reverse(TRASH), _confirm(page, reason="Law.", typed="3"))

    assert Organization.all_objects.count() == 0


def test_a_record_that_is_not_there_is_not_found(client_who_may: Callable[..., Client]) -> None:
    page = client_who_may("view", "delete").get(reverse(ONE, args=[uuid7()]))

    assert page.status_code == 404
