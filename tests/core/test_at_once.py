"""Two forms that are saved at the same instant, on connections of their own."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.flags.models import Flag
from tests.at_once import at_once
from tests.factories.accounts import RoleFactory, SuperuserFactory, UserFactory, prove_factor
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.forms import opened

pytestmark = pytest.mark.django_db(transaction=True)


def _client() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return prove_factor(client)


def _post_together(url: str, *changes: dict[str, Any]) -> list[int]:
    statuses: list[int] = []

    def saving(client: Client, posted: dict[str, Any]) -> Any:
        return lambda: statuses.append(client.post(url, posted).status_code)

    clients = [_client() for _ in changes]
    forms = [{**opened(client, url), **each} for client, each in zip(clients, changes, strict=True)]
    at_once([saving(client, form) for client, form in zip(clients, forms, strict=True)])
    return sorted(statuses)


def _url(record: Any, page: str = "change") -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[record.pk])


@pytest.mark.parametrize("attempt", range(3))
def test_two_fields_are_both_kept(attempt: int) -> None:
    organization = OrganizationFactory()

    statuses = _post_together(
        _url(organization), {"name": "Bright Harbor"}, {"slug": "bright"}, {"external_id": "C-9"}
    )

    assert statuses == [302, 302, 302]
    organization.refresh_from_db()
    assert (organization.name, organization.slug, organization.external_id) == (
        "Bright Harbor",
        "bright",
        "C-9",
    )


def test_of_one_field_only_the_first_is_saved_unasked() -> None:
    organization = OrganizationFactory()

    assert _post_together(_url(organization), {"name": "A"}, {"name": "B"}) == [302, 409]


def test_targets_of_a_flag_are_put_together() -> None:
    flag, one, two = FlagFactory(), OrganizationFactory(), OrganizationFactory()

    statuses = _post_together(
        _url(flag),
        {"organizations": [str(one.pk)]},
        {"organizations": [str(two.pk)], "percent": "5"},
    )

    assert statuses == [302, 302]
    flag = Flag.objects.get(pk=flag.pk)
    assert set(flag.organizations.all()) == {one, two}
    assert flag.percent == 5


def test_roles_of_a_person_are_put_together() -> None:
    person, one, two = UserFactory(), RoleFactory(), RoleFactory()

    statuses = _post_together(
        _url(person, "set_roles"), {"roles": [str(one.pk)]}, {"roles": [str(two.pk)]}
    )

    assert statuses == [302, 302]
    assert set(person.groups.all()) == {one, two}


def test_a_membership_s_page_and_its_organization_s_page_wait_for_each_other() -> None:
    organization = OwnerFactory().organization
    membership = MembershipFactory(organization=organization, role="viewer")
    first, second = _client(), _client()
    page, row = opened(first, _url(membership)), opened(second, _url(organization))
    statuses: list[int] = []

    at_once(
        [
            lambda: statuses.append(
                first.post(_url(membership), {**page, "role": "admin"}).status_code
            ),
            lambda: statuses.append(
                second.post(
                    _url(organization), {**row, "memberships-0-role": "member", "name": "Kept"}
                ).status_code
            ),
        ]
    )

    assert sorted(statuses) == [302, 409]
