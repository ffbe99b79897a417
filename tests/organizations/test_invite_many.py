"""Many addresses are invited at once: planned, confirmed, queued."""

from typing import Any

import pytest
from django.urls import reverse

from apps.audit.models import ChangeSet
from apps.core.models import QueuedMail
from apps.organizations.models import Invitation, StaffOrganization
from apps.organizations.services.many_invitations import MOST, addresses_in
from tests.bulk.lists import client_of
from tests.factories.accounts import DeactivatedUserFactory, StaffFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    OverdueInvitationFactory,
)

pytestmark = pytest.mark.django_db
MAY = [
    "organizations.view_invitation",
    "organizations.add_invitation",
    "organizations.view_organization",
    "accounts.view_personal_data",
]
PAGE = "admin:organizations_invitation_invite_many"


def answer(client: Any, text: str, *organizations: Any, **more: Any) -> Any:
    keys = [str(each.pk) for each in organizations]
    posted = {"addresses": text, "organizations": keys, "role": "admin", "reason": "New year."}
    return client.post(reverse(PAGE), {**posted, **more})


def test_a_pasted_list_is_planned_and_sent_with_one_change_set() -> None:
    one, other = OrganizationFactory(), OrganizationFactory()
    MembershipFactory(organization=one, user__email="member@example.org")
    InvitationFactory(organization=other, email="waiting@example.org")
    OverdueInvitationFactory(organization=one, email="overdue@example.org")
    DeactivatedUserFactory(email="gone@example.org")
    clerk = StaffFactory(may=MAY)
    client = client_of(clerk)
    text = (
        "Ada Lovelace <ada@example.org>, Grace <Grace@Example.org>\n"
        "member@example.org; waiting@example.org\noverdue@example.org gone@example.org\nno-address\n"
        "ada@example.org"
    )

    page = answer(client, text, one, other)

    body = page.content.decode()
    assert "8 invitations" in body
    for told in ("Already a member of", "is waiting", "deactivated", "Not an e-mail address."):
        assert told in body, told
    assert Invitation.objects.count() == 2

    before = QueuedMail.objects.count()
    sent = answer(client, text, one, other, plan=page.context["token"])

    assert sent.status_code == 302
    made = Invitation.objects.filter(invited_by=clerk)
    assert made.count() == 8
    assert set(made.values_list("role", "state")) == {("admin", "pending")}
    assert set(made.filter(organization=one).values_list("email", flat=True)) == {
        "ada@example.org",
        "grace@example.org",
        "waiting@example.org",
        "overdue@example.org",
    }
    assert QueuedMail.objects.count() - before == 8
    history = Invitation.history.filter(id__in=made.values("pk"), history_type="+")
    (change_set,) = ChangeSet.objects.filter(pk__in=history.values("change_set"))
    assert (change_set.actor_id, change_set.reason) == (clerk.pk, "New year.")


def test_a_plan_that_no_longer_holds_sends_nothing() -> None:
    organization = OrganizationFactory()
    client = client_of(StaffFactory(may=MAY))
    text = "ada@example.org grace@example.org"
    token = answer(client, text, organization).context["token"]
    MembershipFactory(organization=organization, user__email="ada@example.org")

    late = answer(client, text, organization, plan=token)

    assert late.status_code == 409
    assert "The plan changed" in late.content.decode()
    assert answer(client, text, organization, plan="forged").status_code == 409
    assert not Invitation.objects.exists()


def test_only_organizations_in_scope_are_offered_and_nobody_else_may() -> None:
    inside, outside = OrganizationFactory(), OrganizationFactory()
    limited = StaffFactory(may=MAY, is_limited=True)
    StaffOrganization.objects.create(user=limited, organization=inside)
    client = client_of(limited)
    assert answer(client, "ada@example.org", outside).status_code == 400
    assert answer(client, "ada@example.org", inside).status_code == 200
    stranger = client_of(StaffFactory(may=["organizations.view_invitation"]))
    assert answer(stranger, "ada@example.org", inside).status_code == 403
    assert not Invitation.objects.exists()


def test_too_many_are_refused_before_anything_is_planned() -> None:
    text = "\n".join(f"person{n}@example.org" for n in range(MOST + 1))

    page = answer(client_of(StaffFactory(may=MAY)), text, OrganizationFactory())

    assert page.status_code == 409
    assert "Import a roster instead." in page.content.decode()


def test_addresses_are_found_in_what_mail_programs_copy() -> None:
    text = '"Lovelace, Ada" <Ada@Example.org>; Grace <grace@example.org>\n\n b@example.org,c@example.org '
    assert addresses_in(text) == [
        "ada@example.org",
        "grace@example.org",
        "b@example.org",
        "c@example.org",
    ]
