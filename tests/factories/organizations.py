"""Organizations, memberships and invitations by state."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.core.uuid7 import uuid7
from apps.organizations.models import Invitation, Membership, Organization, Role
from apps.organizations.services.invitations import digest, new_token
from tests.factories.accounts import StaffFactory, UserFactory


class OrganizationFactory(DjangoModelFactory):
    """A living organization without anybody in it yet."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")


class TrashedOrganizationFactory(OrganizationFactory):
    deleted_at = factory.LazyFunction(timezone.now)
    trash_id = factory.LazyFunction(uuid7)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = Role.MEMBER


class OwnerFactory(MembershipFactory):
    """An owner's membership; the organization's `owner` field is somebody's decision of its own."""

    role = Role.OWNER


class InvitationFactory(DjangoModelFactory):
    """A pending invitation whose mail has not gone out."""

    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    organization = factory.SubFactory(OrganizationFactory)
    invited_by = factory.SubFactory(StaffFactory)
    token_digest = factory.LazyFunction(lambda: digest(new_token()))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class OverdueInvitationFactory(InvitationFactory):
    """Still called pending, but its time is over."""

    expires_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
