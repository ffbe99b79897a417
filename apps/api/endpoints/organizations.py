"""Organizations by slug, with their members and projects."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from apps.api.endpoints.memberships import MembershipSerializer
from apps.api.endpoints.projects import ProjectSerializer
from apps.api.fields import PersonField, Readable
from apps.api.parameters import one_of
from apps.api.views import ListEndpoint, RecordEndpoint
from apps.core.actors import require
from apps.core.personal import readable
from apps.organizations.models import Membership, Organization, Role
from apps.projects.models import Project


class OrganizationSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = Readable()
    external_id = Readable()
    status = serializers.CharField(read_only=True)
    owner = PersonField()
    created_at = serializers.DateTimeField(read_only=True)


class Organizations(ListEndpoint):
    permission = "organizations.view_organization"
    serializer = OrganizationSerializer
    filters = {"external_id": str, "status": one_of(Organization.Status)}

    def rows(self) -> QuerySet[Organization]:
        return Organization.objects.for_staff(self.actor).select_related("owner")

    def narrowed(self, rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        wanted = given.get("external_id", "")
        if readable(wanted) != wanted:
            # An address or a number in it is masked: a filter by it would tell it.
            require(self.actor, "accounts.view_personal_data")
        return super().narrowed(rows, given)


class OneOrganization(RecordEndpoint):
    permission = "organizations.view_organization"
    serializer = OrganizationSerializer
    lookup = "slug"

    def rows(self) -> QuerySet[Organization]:
        return Organization.objects.for_staff(self.actor).select_related("owner")


class OfOrganization(ListEndpoint):
    """Records of the organization in the address; of one out of scope there is nothing to list."""

    def narrowed(self, rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        seen = Organization.objects.for_staff(self.actor)
        organization = seen.filter(slug=self.kwargs["slug"]).first()
        if organization is None:
            raise Http404
        return super().narrowed(rows.filter(organization=organization), given)


class Members(OfOrganization):
    permission = "organizations.view_membership"
    serializer = MembershipSerializer
    filters = {"role": one_of(Role)}

    def rows(self) -> QuerySet[Membership]:
        found = Membership.objects.for_staff(self.actor)
        return found.select_related("user", "organization")


class ProjectsOf(OfOrganization):
    permission = "projects.view_project"
    serializer = ProjectSerializer
    filters = {"status": one_of(Project.Status)}

    def rows(self) -> QuerySet[Project]:
        found = Project.objects.for_staff(self.actor)
        return found.select_related("organization", "created_by")
