"""One full record of each model that the admin shows, with every relation filled.

Full, because a relation that is empty hides the query per row that it would cost.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Role
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory, TrashedProjectFactory

_numbers = count(1)


def _user() -> Any:
    user = UserFactory(phone="+49 40 123")
    user.groups.add(RoleFactory())
    MembershipFactory(user=user)
    return user


def _organization() -> Any:
    owner = UserFactory()
    organization = OrganizationFactory(external_id=f"C-{next(_numbers)}")
    MembershipFactory(organization=organization, user=owner, role=Role.OWNER)
    organization.owner = owner
    organization.save()
    ProjectFactory(organization=organization)
    InvitationFactory(organization=organization)
    return organization


def _invitation() -> Any:
    return InvitationFactory(
        sent_at=timezone.now(), accepted_at=timezone.now(), accepted_by=UserFactory()
    )


def _project() -> Any:
    project = ProjectFactory(created_by=StaffFactory())
    TaskFactory(project=project, assignee=UserFactory())
    return project


def _task() -> Any:
    return TaskFactory(assignee=UserFactory(), due_date=timezone.localdate())


def _permission() -> Any:
    number = next(_numbers)
    return Permission.objects.create(
        name=f"Can sample {number}",
        codename=f"sample_{number}",
        content_type=ContentType.objects.get_for_model(User),
    )


SAMPLES: dict[str, Callable[[], Any]] = {
    "accounts.User": _user,
    "auth.Group": RoleFactory,
    "auth.Permission": _permission,
    "flags.Flag": FlagFactory,
    "flags.Sample": SampleFactory,
    "flags.Switch": SwitchFactory,
    "organizations.Invitation": _invitation,
    "organizations.Membership": MembershipFactory,
    "organizations.Organization": _organization,
    "organizations.TrashedOrganization": lambda: TrashedOrganizationFactory(
        deleted_by=StaffFactory()
    ),
    "projects.Project": _project,
    "projects.Task": _task,
    "projects.TrashedProject": lambda: TrashedProjectFactory(deleted_by=StaffFactory()),
}


def sample(model: Any) -> Any:
    """Make one full record; a model that is registered and not named above fails here."""
    return SAMPLES[model._meta.label]()
