"""Creates the demo's data, one batch of people per transaction, and leaves existing data alone."""

from collections import Counter
from collections.abc import Callable
from math import isqrt

from django.db import connection, transaction

from apps.accounts.models import User
from apps.backoffice.demo.organizations import (
    add_invitations,
    add_organizations,
    organization_keys,
)
from apps.backoffice.demo.people import add_memberships, add_people
from apps.backoffice.demo.projects import add_projects
from apps.backoffice.demo.staff import demo_email, seed_staff
from apps.core.trash.services import record_trash
from apps.organizations.models import Organization
from apps.projects.models import Project

BATCH = 50_000
# Numbers of organizations of which one goes to the trash, and one loses a project to it.
TRASHED, TIDIED = 6, 2


def seed_demo(members: int, say: Callable[[str], None]) -> Counter[str]:
    """Invent `members` people with a membership each, and what belongs to them; count what was added.

    Running it again adds nothing, running it with more adds the difference. `say` is called for each
    batch.
    """
    counts: Counter[str] = Counter({"staff users": seed_staff()})
    administrator = User.objects.get(email=demo_email("Administrator"))
    keeper = User.objects.get(email=demo_email("Staff"))
    for start in range(0, members, BATCH):
        stop = min(start + BATCH, members)
        with transaction.atomic():
            people, owners = add_people(start, stop)
            if not people:
                continue
            added = add_organizations(owners)
            numbers = range(max(isqrt(start) - 1, 0), isqrt(stop) + 1)
            counts["people"] += people
            counts["memberships"] += add_memberships(organization_keys({0, *numbers}))
            counts["organizations"] += len(added)
            counts["invitations"] += add_invitations(added, keeper)
            projects, tasks = add_projects(added, keeper)
            counts["projects"] += projects
            counts["tasks"] += tasks
            _fill_trash(added, administrator)
        say(f"{stop:,} people")
    if counts["people"] >= BATCH:
        # Otherwise PostgreSQL's planner would assume an empty database for a while.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return counts


def _fill_trash(added: dict[int, Organization], administrator: User) -> None:
    if TRASHED in added:
        record_trash(record=added[TRASHED], actor=administrator, reason="Merged into another one")
    if TIDIED in added:
        project = Project.objects.filter(organization=added[TIDIED]).order_by("name").first()
        if project is not None:
            record_trash(record=project, actor=administrator, reason="Entered twice")
