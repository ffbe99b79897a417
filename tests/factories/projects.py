"""Projects and tasks by state."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.core.uuid7 import uuid7
from apps.projects.models import Project, Task
from tests.factories.organizations import OrganizationFactory


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Project {n}")
    organization = factory.SubFactory(OrganizationFactory)


class TrashedProjectFactory(ProjectFactory):
    """In the trash by an act of its own, in a living organization."""

    deleted_at = factory.LazyFunction(timezone.now)
    trash_id = factory.LazyFunction(uuid7)


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    title = factory.Sequence(lambda n: f"Task {n}")
    project = factory.SubFactory(ProjectFactory)
