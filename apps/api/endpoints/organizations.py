"""Organizations by slug, with their members and projects."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from rest_framework import serializers

from apps.api.endpoints.memberships import MembershipSerializer
from apps.api.endpoints.projects import ProjectSerializer
from apps.api.fields import PersonField, Readable
from apps.api.parameters import one_of
from apps.api.versions import require_match
from apps.api.views import Endpoint, ListEndpoint, RecordEndpoint
from apps.api.writes import Write, WriteEndpoint
from apps.core.actors import require
from apps.core.personal import readable
from apps.core.trash.services import record_trash
from apps.organizations.locks import lock_organization
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.services.organizations import (
    organization_create,
    organization_restore,
    organization_update,
)
from apps.projects.models import Project


class OrganizationSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = Readable()
    external_id = Readable()
    status = serializers.CharField(read_only=True)
    owner = PersonField()
    created_at = serializers.DateTimeField(read_only=True)


class NewOrganization(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    slug = serializers.SlugField(max_length=200, required=False)
    external_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=Organization.Status.choices, required=False)


class ChangedOrganization(NewOrganization):
    name = serializers.CharField(max_length=200, required=False)


class Organizations(ListEndpoint, WriteEndpoint):
    write = Write("post", "organizations.add_organization", NewOrganization, 201)
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

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        return organization_create(**values, actor=self.actor, reason=reason).pk


class OneOrganization(RecordEndpoint, WriteEndpoint):
    write = Write("patch", "organizations.change_organization", ChangedOrganization)
    permission = "organizations.view_organization"
    serializer = OrganizationSerializer
    lookup = "slug"

    def rows(self) -> QuerySet[Organization]:
        return Organization.objects.for_staff(self.actor).select_related("owner")

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        locked = locked_by_slug(self)
        organization_update(organization=locked, **values, actor=self.actor, reason=reason)
        return locked.pk


class Trash(WriteEndpoint):
    """Moves an organization to the trash as it was read; its answer says where it is restored."""

    permission = "organizations.delete_organization"
    write = Write("post", permission)
    serializer = OrganizationSerializer

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        locked = locked_by_slug(self)
        record_trash(record=locked, actor=self.actor, reason=reason)
        return locked.pk

    def answer(self, key: UUID) -> tuple[Mapping[str, Any], None]:
        return {"id": str(key), "restore": reverse("api-organization-restore", args=[key])}, None


class Restore(WriteEndpoint):
    """Restores an organization with what went along to the trash."""

    permission = "organizations.restore_organization"
    write = Write("post", permission)
    serializer = OrganizationSerializer

    def rows(self) -> QuerySet[Organization]:
        return Organization.objects.for_staff(self.actor).select_related("owner")

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        seen = Organization.all_objects.for_staff(self.actor)
        organization = seen.filter(pk=self.kwargs["key"]).first()
        if organization is None:
            raise Http404
        organization_restore(organization=organization, actor=self.actor, reason=reason)
        return organization.pk


def locked_by_slug(endpoint: Endpoint) -> Organization:
    """Lock the organization in the address, and refuse what changed since the program has read it."""
    name = "slug" if "slug" in endpoint.kwargs else "key"
    seen = Organization.objects.for_staff(endpoint.actor).filter(slug=endpoint.kwargs[name])
    organization = seen.first()
    if organization is None:
        raise Http404
    locked = lock_organization(organization.pk, endpoint.actor)
    require_match(endpoint.request, locked)
    return locked


class OfOrganization(ListEndpoint):
    """Records of the organization in the address; of one out of scope there is nothing to list."""

    def narrowed(self, rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        return super().narrowed(rows.filter(organization=self.organization()), given)

    def organization(self) -> Organization:
        seen = Organization.objects.for_staff(self.actor)
        found = seen.filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Http404
        return found


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
