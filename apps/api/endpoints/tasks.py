"""Tasks of projects."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.fields import PersonField, Readable
from apps.api.parameters import one_of
from apps.api.views import ListEndpoint, RecordEndpoint
from apps.projects.models import Task


class TaskSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    title = Readable()
    status = serializers.CharField(read_only=True)
    due_date = serializers.DateField(read_only=True)
    project = serializers.UUIDField(source="project_id", read_only=True)
    assignee = PersonField()
    created_at = serializers.DateTimeField(read_only=True)


class Tasks(ListEndpoint):
    permission = "projects.view_task"
    serializer = TaskSerializer
    filters = {"project": UUID, "assignee": UUID, "status": one_of(Task.Status)}

    def rows(self) -> QuerySet[Task]:
        return Task.objects.for_staff(self.actor).select_related("assignee")


class OneTask(RecordEndpoint):
    permission = "projects.view_task"
    serializer = TaskSerializer

    def rows(self) -> QuerySet[Task]:
        return Task.objects.for_staff(self.actor).select_related("assignee")
