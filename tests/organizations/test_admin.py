"""The pages of organizations and the people in them keep the rules of the services."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.organizations.models import Invitation, Membership, Organization, Role
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    OwnerFactory,
)
from tests.forms import save
from tests.trace import last_trace

pytestmark = pytest.mark.django_db
EVERYTHING = [
    f"organizations.{verb}_{model}"
    for verb in ("view", "add", "change", "delete")
    for model in ("organization", "membership", "invitation")
]


@pytest.fixture
def actor() -> User:
    return StaffFactory(may=[*EVERYTHING, "accounts.view_user"])


@pytest.fixture
def client(actor: User) -> Client:
    client = Client()
    client.force_login(actor)
    return client


def _change_url(organization: Organization) -> str:
    return reverse("admin:organizations_organization_change", args=[organization.pk])


def _form(
    organization: Organization, memberships: list[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
    posted: dict[str, Any] = {
        "name": organization.name,
        "slug": organization.slug,
        "external_id": organization.external_id,
        "status": organization.status,
        "owner": organization.owner_id or "",
        "memberships-TOTAL_FORMS": len(memberships),
        "memberships-INITIAL_FORMS": sum("id" in membership for membership in memberships),
        "invitations-TOTAL_FORMS": 0,
        "invitations-INITIAL_FORMS": 0,
        "projects-TOTAL_FORMS": 0,
        "projects-INITIAL_FORMS": 0,
        "_reason": "As they asked.",
        **fields,
    }
    for index, membership in enumerate(memberships):
        for name, value in membership.items():
            posted[f"memberships-{index}-{name}"] = value
    return posted


def _memberships(organization: Organization) -> list[dict[str, Any]]:
    """Return the memberships as the form shows them: newest first."""
    memberships = organization.memberships.order_by("-pk")
    return [
        {"id": membership.pk, "user": membership.user_id, "role": membership.role}
        for membership in memberships
    ]


def test_an_organization_is_created_with_a_slug_of_its_own(client: Client) -> None:
    owner = UserFactory()

    answer = client.post(
        reverse("admin:organizations_organization_add"),
        {"name": "Harbor Committee", "slug": "", "status": "active", "owner": owner.pk},
    )

    assert answer.status_code == 302, answer.context["errors"]
    organization = Organization.objects.get(slug="harbor-committee")
    assert organization.memberships.get().role == Role.OWNER


def test_the_reason_on_a_form_goes_into_the_history(client: Client, actor: User) -> None:
    organization = OrganizationFactory()

    save(
        client,
        _change_url(organization),
        _form(organization, [], name="Pilots", _reason="Renamed by law."),
    )

    trace = last_trace(organization)
    assert (trace.kind, trace.actor, trace.reason) == ("~", actor.pk, "Renamed by law.")


def test_memberships_are_added_changed_and_removed_on_the_page(client: Client) -> None:
    organization = OwnerFactory().organization
    leaving = MembershipFactory(organization=organization)
    rising = MembershipFactory(organization=organization)
    new = UserFactory()
    memberships = _memberships(organization)
    by_key = {membership["id"]: membership for membership in memberships}
    by_key[leaving.pk]["DELETE"] = "on"
    by_key[rising.pk]["role"] = Role.ADMIN
    memberships.append({"user": new.pk, "role": Role.VIEWER})

    answer = save(client, _change_url(organization), _form(organization, memberships))

    assert answer.status_code == 302, answer.context["errors"]
    roles = dict(organization.memberships.values_list("user_id", "role"))
    assert leaving.user_id not in roles
    assert roles[rising.user_id] == Role.ADMIN
    assert roles[new.pk] == Role.VIEWER


def test_ownership_is_passed_on_in_one_save(client: Client) -> None:
    owner = OwnerFactory()
    heir = MembershipFactory(organization=owner.organization)
    memberships = _memberships(owner.organization)
    for membership in memberships:
        membership["role"] = Role.OWNER if membership["id"] == heir.pk else Role.MEMBER

    answer = save(client, _change_url(owner.organization), _form(owner.organization, memberships))

    assert answer.status_code == 302, answer.context["errors"]
    heir.refresh_from_db()
    assert heir.role == Role.OWNER


@pytest.mark.parametrize("change", [{"DELETE": "on"}, {"role": Role.MEMBER}])
def test_the_last_owner_cannot_leave_and_the_page_says_why(
    client: Client, change: dict[str, str]
) -> None:
    owner = OwnerFactory()
    memberships = _memberships(owner.organization)
    memberships[0].update(change)

    page = save(
        client,
        _change_url(owner.organization),
        _form(owner.organization, memberships, name="Not to be", _reason="Kept."),
    )

    assert page.status_code == 200
    body = page.content.decode()
    assert "would have no owner" in body
    assert 'value="Kept."' in body
    owner.organization.refresh_from_db()
    assert owner.organization.name != "Not to be"
    assert Membership.objects.get().role == Role.OWNER


def test_a_new_owner_of_the_organization_gets_an_owners_membership(client: Client) -> None:
    organization = OwnerFactory().organization
    heir = UserFactory()

    answer = save(
        client,
        _change_url(organization),
        _form(organization, _memberships(organization), owner=heir.pk),
    )

    assert answer.status_code == 302, answer.context["errors"]
    assert organization.memberships.get(user=heir).role == Role.OWNER


def test_memberships_beyond_the_first_page_stay_as_they_are(client: Client) -> None:
    organization = OwnerFactory().organization
    for _ in range(30):
        MembershipFactory(organization=organization)

    save(client, _change_url(organization), _form(organization, _memberships(organization)[:25]))

    assert organization.memberships.count() == 31


def test_the_stock_delete_page_leads_to_the_trash(client: Client) -> None:
    organization = OrganizationFactory()
    url = reverse("admin:organizations_organization_delete", args=[organization.pk])

    page = client.get(url)
    assert "Move to trash" in page.content.decode()
    client.post(url, {"post": "yes", "reason": "Closed."})

    assert Organization.all_objects.get(pk=organization.pk).is_deleted


def test_somebody_is_invited_from_the_organizations_page(client: Client) -> None:
    organization = OrganizationFactory()
    url = reverse("admin:organizations_organization_invite", args=[organization.pk])

    assert client.post(url, {"email": "nobody", "role": "member"}).status_code == 200
    answer = client.post(url, {"email": "Ida@Example.org", "role": "admin", "reason": ""})

    assert answer.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("ida@example.org", "admin")


def test_an_invitation_is_revoked_with_a_reason_and_only_once(client: Client, actor: User) -> None:
    invitation = InvitationFactory()
    url = reverse("admin:organizations_invitation_revoke", args=[invitation.pk])

    client.post(url, {"reason": "Wrong address."})

    invitation.refresh_from_db()
    assert invitation.state == "revoked"
    assert last_trace(invitation).reason == "Wrong address."
    again = client.post(url, {"reason": "Once more."})
    assert again.status_code == 409
    assert "only a pending one can be revoked" in again.content.decode()


def test_a_membership_of_its_own_page_keeps_person_and_place(client: Client) -> None:
    membership = MembershipFactory()
    other = OrganizationFactory()

    save(
        client,
        reverse("admin:organizations_membership_change", args=[membership.pk]),
        {"organization": other.pk, "role": "admin", "_reason": "Takes over."},
    )

    membership.refresh_from_db()
    assert membership.role == "admin"
    assert membership.organization_id != other.pk


def test_the_last_owners_membership_is_not_deleted_on_its_page_either(client: Client) -> None:
    owner = OwnerFactory()

    page = client.post(
        reverse("admin:organizations_membership_delete", args=[owner.pk]), {"reason": "Left."}
    )

    assert page.status_code == 409
    assert "would have no owner" in page.content.decode()


def test_addresses_are_masked_for_who_may_not_read_them(client: Client, actor: User) -> None:
    MembershipFactory(user=UserFactory(email="ida.berg@example.org"))
    url = reverse("admin:organizations_membership_changelist")

    assert "i…@example.org" in client.get(url).content.decode()
    assert "ida.berg" not in client.get(url).content.decode()
    client.force_login(StaffFactory(may=[*EVERYTHING, "accounts.view_personal_data"]))
    assert "ida.berg@example.org" in client.get(url).content.decode()


def test_who_invites_is_told_that_an_email_goes_out(client: Client, actor: User) -> None:
    organization = OrganizationFactory()

    page = client.post(
        reverse("admin:organizations_invitation_add"),
        {"email": "ada@example.org", "organization": organization.pk, "role": Role.MEMBER},
        follow=True,
    ).content.decode()

    assert "The e-mail is being sent" in page
    assert "was added successfully" not in page
