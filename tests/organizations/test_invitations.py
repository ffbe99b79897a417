"""Invitations: made, sent, sent again, revoked, accepted, expired."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.core.errors import DomainError, MissingPermission
from apps.core.models import QueuedMail
from apps.core.tasks import send_queued_mail
from apps.core.trash.services import record_trash
from apps.organizations import tasks
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.selectors import invitation_of_token
from apps.organizations.services import (
    invitation_accept,
    invitation_create,
    invitation_resend,
    invitation_revoke,
    invitation_send,
    invitations_expire,
    organization_create,
    organization_restore,
)
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.core import QueuedMailFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    OverdueInvitationFactory,
)
from tests.trace import last_trace, number_of_traces

pytestmark = pytest.mark.django_db

PASSWORD = "a long and quiet afternoon"


def token_of(message: object) -> str:
    (token,) = set(re.findall(r"/invitations/([\w-]+)/", str(message.body)))  # type: ignore[attr-defined]
    return token


class TestCreating:
    def test_keeps_who_invited_and_promises_two_weeks(self) -> None:
        clerk = StaffFactory(may=["organizations.add_invitation"])

        invitation = invitation_create(
            organization=OrganizationFactory(),
            email=" Zoe@Example.ORG ",
            role="viewer",
            actor=clerk,
            reason="Asked on the phone",
        )

        invitation.refresh_from_db()
        assert (invitation.email, invitation.role) == ("zoe@example.org", "viewer")
        assert (invitation.state, invitation.sent_at) == ("pending", None)
        assert invitation.invited_by == clerk
        left = invitation.expires_at - timezone.now()
        assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
        assert last_trace(invitation) == ("+", clerk.pk, "Asked on the phone")

    def test_an_overdue_one_that_no_task_has_marked_is_not_in_the_way(self) -> None:
        old = OverdueInvitationFactory(email="zoe@example.org")

        invitation_create(organization=old.organization, email="zoe@example.org", actor=None)

        old.refresh_from_db()
        assert old.state == "expired"
        assert Invitation.objects.pending().count() == 1

    def test_refuses_what_makes_no_sense_and_makes_nothing(self) -> None:
        waiting = InvitationFactory(email="zoe@example.org")
        organization = waiting.organization
        MembershipFactory(organization=organization, user__email="here@example.org")
        gone = OrganizationFactory()
        record_trash(record=gone, actor=None)

        for given, output in [
            ({"email": "ZOE@example.org"}, "already waiting"),
            ({"email": "here@example.org"}, "already a member"),
            ({"email": "no address"}, "valid email"),
            ({"email": "a@example.org", "role": "chair"}, "chair"),
            ({"email": "a@example.org", "organization": gone}, "is in the trash"),
        ]:
            with pytest.raises(DomainError, match=output):
                invitation_create(**{"organization": organization, "actor": None} | given)

        assert list(Invitation.objects.all()) == [waiting]

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="add_invitation"):
            invitation_create(
                organization=OrganizationFactory(), email="a@example.org", actor=StaffFactory()
            )

        assert not Invitation.objects.exists()


class TestSending:
    def test_mails_text_and_html_with_the_link_and_stores_only_its_digest(
        self, settings: object
    ) -> None:
        settings.SITE_URL = "https://quarterdeck.example/"  # type: ignore[attr-defined]
        invitation = InvitationFactory(
            email="zoe@example.org",
            invited_by__first_name="Aoife",
            invited_by__last_name="O'Hara",
            organization__name="Fjord & Fell",
        )

        assert invitation_send(invitation_id=invitation.pk)

        (message,) = mail.outbox
        token = token_of(message)
        ((html, _type),) = message.alternatives  # type: ignore[attr-defined]
        assert message.to == ["zoe@example.org"]
        assert message.subject == "Your invitation to Fjord & Fell"
        assert "Aoife O'Hara invites you to join Fjord & Fell with the role member." in message.body
        assert f"https://quarterdeck.example/invitations/{token}/" in message.body
        assert f'href="https://quarterdeck.example/invitations/{token}/"' in html
        assert "Fjord &amp; Fell" in html
        assert len(token) >= 43
        invitation.refresh_from_db()
        assert token not in str(vars(invitation))
        assert invitation.sent_at is not None
        assert invitation_of_token(token) == invitation

    def test_a_second_hint_sends_no_second_mail(self) -> None:
        invitation = InvitationFactory()

        sent = [invitation_send(invitation_id=invitation.pk) for _ in range(3)]

        assert sent == [True, False, False]
        assert len(mail.outbox) == 1

    def test_nothing_is_sent_for_what_is_answered_overdue_or_in_the_trash(self) -> None:
        revoked, orphaned = InvitationFactory.create_batch(2)
        invitation_revoke(invitation=revoked, actor=None)
        record_trash(record=orphaned.organization, actor=None)

        for invitation in (revoked, orphaned, OverdueInvitationFactory()):
            assert not invitation_send(invitation_id=invitation.pk)

        assert mail.outbox == []

    def test_a_mail_server_that_is_away_leaves_it_unsent(self, settings: object) -> None:
        settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
        invitation = InvitationFactory()

        assert not invitation_send(invitation_id=invitation.pk)

        invitation.refresh_from_db()
        assert invitation.sent_at is None
        owed = QueuedMail.objects.get()
        assert (owed.state, owed.next_try_at > timezone.now()) == ("waiting", True)

    def test_the_sweep_queues_what_nobody_has_queued_and_nothing_twice(self) -> None:
        made = InvitationFactory.create_batch(2)
        invitation_send(invitation_id=InvitationFactory().pk)
        OverdueInvitationFactory()
        QueuedMailFactory(kind="invitation", key=f"invitation:{made[1].pk}", state="uncertain")

        assert tasks.send_waiting_invitations() == "1 invitation queued."
        assert tasks.send_waiting_invitations() == "0 invitations queued."

        waiting = QueuedMail.objects.get(state="waiting")
        assert waiting.arguments == {"invitation": str(made[0].pk)}

    def test_a_name_with_a_line_break_makes_no_second_header(self) -> None:
        invitation = InvitationFactory(organization__name="Acme\r\nBcc: spy@example.org")

        assert invitation_send(invitation_id=invitation.pk)

        assert mail.outbox[0].subject == "Your invitation to Acme Bcc: spy@example.org"

    def test_the_task_is_hinted_only_after_the_commit(
        self,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hints: list[tuple[str, Any]] = []
        monkeypatch.setattr(
            "apps.core.sending.send_now", lambda name, args, **_: hints.append((name, args))
        )
        with django_capture_on_commit_callbacks(execute=True):
            invitation_create(
                organization=OrganizationFactory(), email="zoe@example.org", actor=None
            )
            assert hints == []

        ((name, args),) = hints
        assert (name, mail.outbox) == (send_queued_mail.name, [])
        send_queued_mail(*args)
        assert mail.outbox[0].to == ["zoe@example.org"]


class TestSendingAgain:
    def test_ends_the_old_link_and_begins_the_time_anew(self) -> None:
        clerk = StaffFactory(may=["organizations.change_invitation"])
        invitation = InvitationFactory(expires_at=timezone.now() + timedelta(hours=1))
        invitation_send(invitation_id=invitation.pk)

        invitation_resend(invitation=invitation, actor=clerk, reason="Lost the mail")
        invitation_send(invitation_id=invitation.pk)

        first, second = map(token_of, mail.outbox)
        invitation.refresh_from_db()
        assert invitation_of_token(first) is None
        assert invitation_of_token(second) == invitation
        assert invitation.expires_at > timezone.now() + timedelta(days=13)
        assert clerk.pk in invitation.history.values_list("history_user_id", flat=True)

    def test_an_expired_one_is_pending_again(self) -> None:
        invitation = InvitationFactory(state="expired")

        invitation_resend(invitation=invitation, actor=None)

        invitation.refresh_from_db()
        assert (invitation.state, invitation.can_be_accepted) == ("pending", True)

    @pytest.mark.parametrize("state", ["accepted", "revoked"])
    def test_an_answered_one_is_refused(self, state: str) -> None:
        invitation = InvitationFactory(state=state)

        with pytest.raises(DomainError, match=f"is {state} and cannot be sent again"):
            invitation_resend(invitation=invitation, actor=None)

        assert number_of_traces(invitation) == 1

    def test_one_beside_a_newer_one_or_for_somebody_seated_is_refused(self) -> None:
        newer = InvitationFactory()
        older = InvitationFactory(
            organization=newer.organization, email=newer.email, state="expired"
        )
        membership = MembershipFactory()
        late = InvitationFactory(organization=membership.organization, email=membership.user.email)

        with pytest.raises(DomainError, match="already waiting"):
            invitation_resend(invitation=older, actor=None)
        with pytest.raises(DomainError, match="already a member"):
            invitation_resend(invitation=late, actor=None)

        older.refresh_from_db()
        assert older.state == "expired"

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="change_invitation"):
            invitation_resend(invitation=InvitationFactory(), actor=StaffFactory())


class TestRevoking:
    def test_takes_it_back(self) -> None:
        clerk = StaffFactory(may=["organizations.change_invitation"])
        invitation = InvitationFactory()

        invitation_revoke(invitation=invitation, actor=clerk, reason="Wrong address")

        invitation.refresh_from_db()
        assert invitation.state == "revoked"
        assert last_trace(invitation) == ("~", clerk.pk, "Wrong address")

    @pytest.mark.parametrize("state", ["accepted", "revoked", "expired"])
    def test_only_a_pending_one(self, state: str) -> None:
        invitation = InvitationFactory(state=state)

        with pytest.raises(DomainError, match="only a pending one"):
            invitation_revoke(invitation=invitation, actor=None)

        assert number_of_traces(invitation) == 1

    def test_needs_its_permission(self) -> None:
        invitation = InvitationFactory()

        with pytest.raises(MissingPermission, match="change_invitation"):
            invitation_revoke(invitation=invitation, actor=StaffFactory())

        invitation.refresh_from_db()
        assert invitation.state == "pending"


class TestAccepting:
    def test_makes_the_person_the_membership_and_names_the_person_in_the_trail(self) -> None:
        invitation = InvitationFactory(email="zoe@example.org", role="admin")
        invitation_send(invitation_id=invitation.pk)

        membership = invitation_accept(
            token=token_of(mail.outbox[0]), first_name="Zoë", password=PASSWORD
        )

        person = User.objects.get(email="zoe@example.org")
        assert (membership.user, membership.role) == (person, "admin")
        assert last_trace(membership) == ("+", person.pk, "Accepted the invitation")
        assert last_trace(invitation) == ("~", person.pk, "Accepted the invitation")
        assert not person.is_staff

    def test_a_membership_that_is_there_keeps_its_role(self) -> None:
        membership = MembershipFactory(role="admin")
        invitation = InvitationFactory(
            organization=membership.organization, email=membership.user.email, role="viewer"
        )
        invitation_send(invitation_id=invitation.pk)

        invitation_accept(token=token_of(mail.outbox[0]))

        membership.refresh_from_db()
        invitation.refresh_from_db()
        assert (membership.role, invitation.state) == ("admin", "accepted")

    def test_somebody_without_an_organization_by_now_is_refused(self) -> None:
        invitation = InvitationFactory()
        invitation_send(invitation_id=invitation.pk)
        record_trash(record=invitation.organization, actor=None)

        with pytest.raises(DomainError, match="no longer exists"):
            invitation_accept(token=token_of(mail.outbox[0]), password=PASSWORD)

        assert not User.objects.filter(email=invitation.email).exists()

    def test_an_unknown_token_is_refused(self) -> None:
        with pytest.raises(DomainError, match="doesn't exist"):
            invitation_accept(token="x", password=PASSWORD)


class TestExpiring:
    def test_marks_the_overdue_alone_and_says_how_many(self) -> None:
        pending, overdue = InvitationFactory(), OverdueInvitationFactory()
        accepted = OverdueInvitationFactory(state="accepted", accepted_by=UserFactory())

        assert tasks.expire_invitations() == "1 invitation expired."
        assert invitations_expire() == 0

        states = dict(Invitation.objects.values_list("pk", "state"))
        assert states == {pending.pk: "pending", overdue.pk: "expired", accepted.pk: "accepted"}
        assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_two_invitations_of_one_address_become_one(self) -> None:
        organization = OrganizationFactory()
        invite = partial(
            invitation_create, organization=organization, email="zoe@example.org", actor="test"
        )

        assert sorted(at_once([invite, invite])) == ["DomainError", "done"]
        assert Invitation.objects.count() == 1

    def test_a_link_that_is_clicked_twice_makes_one_person(self) -> None:
        invitation = InvitationFactory()
        invitation_send(invitation_id=invitation.pk)
        accept = partial(invitation_accept, token=token_of(mail.outbox[0]), password=PASSWORD)

        assert sorted(at_once([accept, accept])) == ["DomainError", "done"]
        assert Membership.objects.count() == User.objects.filter(is_staff=False).count() == 1

    def test_two_workers_send_one_mail(self) -> None:
        send = partial(invitation_send, invitation_id=InvitationFactory().pk)

        assert at_once([send, send]) == ["done", "done"]
        assert len(mail.outbox) == 1

    def test_of_a_restore_and_a_namesake_one_wins(self) -> None:
        organization = OrganizationFactory(slug="acme")
        record_trash(record=organization, actor=None)

        outcomes = at_once(
            [
                partial(organization_restore, organization=organization, actor=None),
                partial(organization_create, name="Acme", slug="acme", actor=None),
            ]
        )

        assert sorted(outcomes) == ["DomainError", "done"]
        assert Organization.objects.count() == 1
