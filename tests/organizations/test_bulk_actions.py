"""What can be done to many invitations, members, and organizations at once, and what is left alone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from apps.core.models import QueuedMail
from apps.core.queued_mails import queued_mails_sweep
from apps.organizations.models import Invitation, Membership, Organization
from tests.bulk.lists import (
    client_who_may,
    confirm,
    done,
    page_of,
    people,
    planned,
    undo,
)
from tests.factories.accounts import DeactivatedUserFactory, UserFactory
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
INVITATIONS = "admin:organizations_invitation_changelist"
MEMBERS = "admin:organizations_membership_changelist"
ORGANIZATIONS = "admin:organizations_organization_changelist"
MAY = [
    "organizations.view_invitation",
    "organizations.change_invitation",
    "organizations.view_membership",
    "organizations.change_membership",
    "organizations.view_organization",
    "organizations.change_organization",
    "accounts.view_user",
    "bulk.view_bulkrun",
]


def invitations(
    number: int, organization: Organization, state: str = "pending"
) -> list[Invitation]:
    return Invitation.objects.bulk_create(
        Invitation(
            email=f"{state}{n:05}@example.org",
            organization=organization,
            state=state,
            token_digest=f"{state}{n:05}",
            expires_at=timezone.now(),
            sent_at=timezone.now(),
        )
        for n in range(number)
    )


def test_invitations_are_sent_again_and_an_accepted_one_refuses_no_other() -> None:
    organization = OrganizationFactory()
    waiting = invitations(230, organization)
    invitations(20, organization, "expired")
    accepted = invitations(3, organization, "accepted")
    member = UserFactory(email=waiting[0].email)
    Membership.objects.create(organization=organization, user=member)
    client = client_who_may(MAY)

    run = planned(client, INVITATIONS, "resend")

    assert run.plan["change"] == 249
    assert ["Already accepted.", 3] in run.plan["skipped"]
    assert ["The person is already a member of the organization.", 1] in run.plan["skipped"]
    body = client.get(page_of(run)).content.decode()
    assert "249 addresses get an e-mail." in body
    confirm(client, run, reason="")
    done(run)

    assert run.results["changed"] == 249
    assert QueuedMail.objects.filter(kind="invitation").count() == 249
    digests = set(Invitation.objects.values_list("token_digest", flat=True))
    assert len(digests) == 253
    assert digests & {each.token_digest for each in accepted}
    assert not digests & {each.token_digest for each in waiting[1:]}
    assert "can&#x27;t be taken back" in client.get(page_of(run)).content.decode()
    assert undo(client, run).status_code == 409

    queued_mails_sweep()
    assert len(mail.outbox) == 249
    assert not Invitation.objects.filter(state="pending", sent_at=None).exists()


def test_an_invitation_that_is_queued_already_has_one_mail() -> None:
    organization = OrganizationFactory()
    invitations(210, organization)
    client = client_who_may(MAY)
    for _ in range(2):
        run = planned(client, INVITATIONS, "resend")
        confirm(client, run, reason="")
        done(run)
        assert run.results["changed"] == 210

    assert QueuedMail.objects.filter(kind="invitation").count() == 210


def test_invitations_are_extended_without_an_e_mail_and_an_undo_shortens_them() -> None:
    organization = OrganizationFactory()
    invitations(210, organization)
    invitations(4, organization, "accepted")
    client = client_who_may(MAY)

    run = planned(client, INVITATIONS, "extend")
    assert run.plan["skipped"] == [["It is accepted; only a pending one can be extended.", 4]]
    confirm(client, run)
    done(run)
    later = timezone.now() + timedelta(days=13)
    assert Invitation.objects.filter(expires_at__gt=later).count() == 210
    assert not QueuedMail.objects.exists()

    undo(client, run)
    done(run)
    assert not Invitation.objects.filter(expires_at__gt=later).exists()


def test_the_status_of_organizations() -> None:
    OrganizationFactory.create_batch(205)
    client = client_who_may(MAY)

    run = planned(client, ORGANIZATIONS, "set_status", status="suspended")
    confirm(client, run)
    done(run)

    assert set(Organization.objects.values_list("status", flat=True)) == {"suspended"}


def test_an_organization_keeps_its_last_owner() -> None:
    organization, answering = OrganizationFactory(), UserFactory()
    sole = UserFactory()
    members = [
        Membership(organization=organization, user=person, role="member") for person in people(220)
    ]
    Membership.objects.bulk_create(members)
    other = OrganizationFactory()
    Membership.objects.create(organization=other, user=sole, role="owner")
    Membership.objects.create(organization=organization, user=answering, role="owner")
    Organization.objects.filter(pk=organization.pk).update(owner=answering)
    client = client_who_may(MAY)

    run = planned(client, MEMBERS, "set_role", role="viewer")
    assert run.plan["change"] == 221
    confirm(client, run)
    done(run)

    assert run.results == {"changed": 220, "left": 1, "refused": 1}
    assert set(Membership.objects.filter(role="owner").values_list("user", flat=True)) == {
        sole.pk,
        answering.pk,
    }
    undo(client, run)
    done(run)
    assert Membership.objects.filter(role="member").count() == 220


def test_organizations_get_an_owner_with_a_membership_in_each() -> None:
    before, after = UserFactory(), UserFactory()
    OrganizationFactory.create_batch(205)
    for organization in Organization.objects.all():
        Membership.objects.create(organization=organization, user=before, role="owner")
    Organization.objects.update(owner=before)
    client = client_who_may(MAY)

    run = planned(client, ORGANIZATIONS, "set_owner", owner=str(after.pk))
    confirm(client, run)
    done(run)

    assert Organization.objects.filter(owner=after).count() == 205
    assert Membership.objects.filter(user=after, role="owner").count() == 205
    undo(client, run)
    done(run)
    assert Organization.objects.filter(owner=before).count() == 205


def test_a_deactivated_person_is_no_choice_for_an_owner() -> None:
    OrganizationFactory.create_batch(205)
    gone = DeactivatedUserFactory()

    answer = client_who_may(MAY).post(
        reverse(ORGANIZATIONS),
        {
            "action": "set_owner",
            "index": "0",
            "select_across": "1",
            "_selected_action": [str(gone.pk)],
            "_plan": "1",
            "owner": str(gone.pk),
        },
    )

    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
