"""The demo's projects and tasks."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.demo.word_list import words
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task


def add_projects(organizations: Mapping[int, Organization], creator: User) -> tuple[int, int]:
    """Add three to six projects with tasks to each organization; return how many of both."""
    vocabulary = words("projects")
    now = timezone.now()
    projects, tasks = [], []
    for number, organization in organizations.items():
        people = _people_of(organization)
        for place in range(3 + number % 4):
            which = number + place
            name, description = vocabulary["projects"][which % len(vocabulary["projects"])]
            project = Project(
                organization=organization,
                name=name,
                description=description,
                status=Project.Status.values[which % len(Project.Status.values)],
                created_by=creator,
                created_at=now - timedelta(days=(which * 37) % 200, hours=which % 24),
            )
            projects.append(project)
            for step in range(4 + which % 6):
                pick = which * 5 + step
                tasks.append(
                    Task(
                        project=project,
                        title=vocabulary["tasks"][pick % len(vocabulary["tasks"])],
                        status=Task.Status.values[pick % len(Task.Status.values)],
                        due_date=None
                        if pick % 5 == 0
                        else (now + timedelta(days=(pick * 11) % 90 - 30)).date(),
                        assignee_id=people[pick % len(people)] if people and pick % 4 else None,
                        created_at=project.created_at + timedelta(hours=step),
                    )
                )
    Project.objects.bulk_create(projects, batch_size=1000)
    Task.objects.bulk_create(tasks, batch_size=2000)
    return len(projects), len(tasks)


def _people_of(organization: Organization) -> list[UUID]:
    memberships = Membership.objects.filter(organization=organization).order_by("created_at", "id")
    return list(memberships.values_list("user_id", flat=True)[:12])
