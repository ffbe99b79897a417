"""The public page: who opens the link, what they see, what happens when they accept."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.trash.services import record_trash
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.services import (
    invitation_accept,
    invitation_revoke,
    invitation_send,
)
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import InvitationFactory

pytestmark = pytest.mark.django_db

NEW_PERSON = {
    "first_name": "Zoë",
    "last_name": "O'Hara",
    "phone": "+49 30 1234567",
    "password": "a long and quiet afternoon",
}


@pytest.fixture
def invitation() -> Invitation:
    return InvitationFactory(email="zoe@example.org", role="admin", organization__name="Æther & Co")


def mailed_token(invitation: Invitation) -> str:
    """Send the invitation and return the token out of the mail, as its reader would find it."""
    assert invitation_send(invitation_id=invitation.pk)
    (token,) = set(re.findall(r"/invitations/([\w-]+)/", str(mail.outbox[-1].body)))
    return token


def test_the_link_shows_who_invites_to_what_and_changes_nothing(
    client: Client, invitation: Invitation
) -> None:
    address = reverse("invitation", args=[mailed_token(invitation)])

    response = client.get(address)

    page = response.content.decode()
    assert response.status_code == 200
    assert "Æther &amp; Co" in page
    assert str(invitation.invited_by) in page
    assert "zoe@example.org" in page
    assert "Admin" in page
    invitation.refresh_from_db()
    assert invitation.state == "pending"
    assert not User.objects.filter(email="zoe@example.org").exists()


def test_a_new_person_accepts_with_a_name_and_a_password(
    client: Client, invitation: Invitation
) -> None:
    address = reverse("invitation", args=[mailed_token(invitation)])

    response = client.post(address, NEW_PERSON, follow=True)

    assert "You have joined Æther &amp; Co." in response.content.decode()
    person = User.objects.get(email="zoe@example.org")
    assert (person.first_name, person.last_name, person.phone) == (
        "Zoë",
        "O'Hara",
        "+49 30 1234567",
    )
    assert person.is_verified
    assert not person.is_staff
    assert person.check_password("a long and quiet afternoon")
    assert person.memberships.get().role == "admin"
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == ("accepted", person)


def test_somebody_known_only_confirms_and_keeps_name_and_password(
    client: Client, invitation: Invitation
) -> None:
    person = UserFactory(email="zoe@example.org", first_name="Zoe", is_verified=False)
    address = reverse("invitation", args=[mailed_token(invitation)])

    shown = client.get(address).content.decode()
    client.post(address, NEW_PERSON)

    assert "You already have an account" in shown
    assert 'name="password"' not in shown
    person.refresh_from_db()
    assert person.first_name == "Zoe"
    assert not person.check_password(NEW_PERSON["password"])
    assert person.is_verified
    assert person.memberships.get().organization == invitation.organization


@pytest.mark.parametrize(
    ("wrong", "output"),
    [
        ({"password": "short"}, "too short"),
        ({"password": ""}, "required"),
        ({"password": "zoe@example.org"}, "too similar"),
        ({"last_name": ""}, "required"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_made(
    client: Client, invitation: Invitation, wrong: dict[str, str], output: str
) -> None:
    address = reverse("invitation", args=[mailed_token(invitation)])

    response = client.post(address, {**NEW_PERSON, **wrong})

    assert response.status_code == 422
    assert output in response.content.decode()
    assert not User.objects.filter(email="zoe@example.org").exists()
    assert not Membership.objects.filter(organization=invitation.organization).exists()


def test_an_unknown_token_is_a_friendly_404(client: Client) -> None:
    response = client.get(reverse("invitation", args=["no-such-token"]))

    assert response.status_code == 404
    assert "This link is not valid" in response.content.decode()


def test_a_link_works_once(client: Client, invitation: Invitation) -> None:
    token = mailed_token(invitation)
    invitation_accept(token=token, password="a long and quiet afternoon")

    response = client.post(reverse("invitation", args=[token]), NEW_PERSON)

    assert response.status_code == 410
    assert "has been accepted" in response.content.decode()
    assert Membership.objects.filter(organization=invitation.organization).count() == 1


def test_a_revoked_an_expired_and_an_orphaned_link_say_so(client: Client) -> None:
    revoked, expired, orphaned = InvitationFactory.create_batch(3)
    tokens = [mailed_token(each) for each in (revoked, expired, orphaned)]
    invitation_revoke(invitation=revoked, actor=None)
    Invitation.objects.filter(pk=expired.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    record_trash(record=orphaned.organization, actor=None)

    answers = [client.post(reverse("invitation", args=[token]), NEW_PERSON) for token in tokens]

    assert [answer.status_code for answer in answers] == [410, 410, 410]
    revoked_page, expired_page, orphaned_page = (answer.content.decode() for answer in answers)
    assert "was revoked" in revoked_page
    assert "has expired" in expired_page
    assert "no longer exists" in orphaned_page
    assert not User.objects.filter(email__in=[revoked.email, expired.email]).exists()


def test_a_deactivated_person_is_told_so(client: Client, invitation: Invitation) -> None:
    UserFactory(email="zoe@example.org", status="deactivated")

    response = client.post(reverse("invitation", args=[mailed_token(invitation)]), NEW_PERSON)

    assert response.status_code == 403
    assert not Membership.objects.filter(organization=invitation.organization).exists()


def test_somebody_else_who_is_signed_in_cannot_accept(
    client: Client, invitation: Invitation
) -> None:
    client.force_login(StaffFactory(email="other@quarterdeck.example"))
    address = reverse("invitation", args=[mailed_token(invitation)])

    shown, posted = client.get(address), client.post(address, NEW_PERSON)

    assert [shown.status_code, posted.status_code] == [403, 403]
    assert "You are signed in as" in shown.content.decode()
    assert "other@quarterdeck.example" in shown.content.decode()
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_the_token_leaks_neither_by_referrer_nor_by_cache(
    client: Client, invitation: Invitation
) -> None:
    response = client.get(reverse("invitation", args=[mailed_token(invitation)]))

    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def test_accepting_asks_for_the_csrf_token(invitation: Invitation) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(reverse("invitation", args=[mailed_token(invitation)]), NEW_PERSON)

    assert response.status_code == 403
    assert not User.objects.filter(email="zoe@example.org").exists()


def test_the_page_has_no_inline_script_or_style_of_its_own(
    client: Client, invitation: Invitation
) -> None:
    page = client.get(reverse("invitation", args=[mailed_token(invitation)])).content.decode()

    content = page[page.index('<div class="py-20">') : page.index("Close this page")]
    assert "style=" not in content
    assert "<script" not in content
    assert re.search(r"\son\w+=", content) is None


def test_the_page_is_for_a_name_of_any_script(client: Client) -> None:
    invitation = InvitationFactory(organization__name="شركة النور <script>")

    page = client.get(reverse("invitation", args=[mailed_token(invitation)])).content.decode()

    assert "شركة النور &lt;script&gt;" in page
    assert Organization.objects.get().name == "شركة النور <script>"
