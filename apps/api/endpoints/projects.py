"""Projects of organizations."""

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.fields import OrganizationField, PersonField, Readable
from apps.api.parameters import one_of
from apps.api.views import ListEndpoint, RecordEndpoint
from apps.projects.models import Project


class ProjectSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    name = Readable()
    description = Readable()
    status = serializers.CharField(read_only=True)
    organization = OrganizationField()
    created_by = PersonField()
    created_at = serializers.DateTimeField(read_only=True)


class Projects(ListEndpoint):
    permission = "projects.view_project"
    serializer = ProjectSerializer
    filters = {"status": one_of(Project.Status)}

    def rows(self) -> QuerySet[Project]:
        found = Project.objects.for_staff(self.actor)
        return found.select_related("organization", "created_by")


class OneProject(RecordEndpoint):
    permission = "projects.view_project"
    serializer = ProjectSerializer

    def rows(self) -> QuerySet[Project]:
        found = Project.objects.for_staff(self.actor)
        return found.select_related("organization", "created_by")
