"""Memberships: who is in which organization, with what role."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.fields import OrganizationField, PersonField
from apps.api.parameters import one_of
from apps.api.views import ListEndpoint, RecordEndpoint
from apps.organizations.models import Membership, Role


class MembershipSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    user = PersonField()
    organization = OrganizationField()
    role = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class Memberships(ListEndpoint):
    permission = "organizations.view_membership"
    serializer = MembershipSerializer
    filters = {"user": UUID, "role": one_of(Role)}

    def rows(self) -> QuerySet[Membership]:
        found = Membership.objects.for_staff(self.actor)
        return found.select_related("user", "organization")


class OneMembership(RecordEndpoint):
    permission = "organizations.view_membership"
    serializer = MembershipSerializer

    def rows(self) -> QuerySet[Membership]:
        found = Membership.objects.for_staff(self.actor)
        return found.select_related("user", "organization")
