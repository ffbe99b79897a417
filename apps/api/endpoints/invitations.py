"""Invitations to organizations: made, sent again, and revoked."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import serializers

from apps.api.endpoints.organizations import OfOrganization
from apps.api.fields import OrganizationField, PersonField, Revealed
from apps.api.parameters import one_of
from apps.api.views import Endpoint, RecordEndpoint
from apps.api.writes import Write, WriteEndpoint
from apps.organizations.models import Invitation, Role
from apps.organizations.services.invitations import (
    invitation_create,
    invitation_resend,
    invitation_revoke,
)


class InvitationSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    email = Revealed()
    role = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    organization = OrganizationField()
    invited_by = PersonField()
    created_at = serializers.DateTimeField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    accepted_at = serializers.DateTimeField(read_only=True)


class NewInvitation(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices, required=False)


class Invitations(Endpoint):
    """The rows of every endpoint of invitations."""

    permission = "organizations.view_invitation"
    serializer = InvitationSerializer

    def rows(self) -> QuerySet[Invitation]:
        found = Invitation.objects.for_staff(self.actor)
        return found.select_related("organization", "invited_by")

    def invitation(self) -> Invitation:
        found = self.rows().filter(pk=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        return found


class InvitationsOf(Invitations, OfOrganization, WriteEndpoint):
    filters = {"role": one_of(Role), "state": one_of(Invitation.State)}
    write = Write("post", "organizations.add_invitation", NewInvitation, 201)

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        invitation = invitation_create(
            organization=self.organization(), **values, actor=self.actor, reason=reason
        )
        return invitation.pk


class OneInvitation(Invitations, RecordEndpoint):
    pass


class Resend(Invitations, WriteEndpoint):
    """Sends the invitation again, with a new link and its full time."""

    write = Write("post", "organizations.change_invitation")

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        found: Model = invitation_resend(
            invitation=self.invitation(), actor=self.actor, reason=reason
        )
        return found.pk


class Revoke(Invitations, WriteEndpoint):
    """Ends the invitation's link."""

    write = Write("post", "organizations.change_invitation")

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        found: Model = invitation_revoke(
            invitation=self.invitation(), actor=self.actor, reason=reason
        )
        return found.pk
