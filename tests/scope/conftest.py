"""A world of two organizations, and a colleague who may do everything and sees one of them."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.services import user_set_scope
from apps.projects.models import Project, Task
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import (
    InvitationFactory,
    OrganizationFactory,
    OwnerFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory, TrashedProjectFactory


@dataclass
class House:
    """One organization with a record of each kind; every text of it begins with its word."""

    word: str
    organization: Organization
    person: User
    membership: Membership
    invitation: Invitation
    project: Project
    task: Task
    trashed_project: Project
    trashed_organization: Organization

    def records(self) -> dict[str, Any]:
        return {
            "organizations.organization": self.organization,
            "organizations.membership": self.membership,
            "organizations.invitation": self.invitation,
            "organizations.trashedorganization": self.trashed_organization,
            "projects.project": self.project,
            "projects.task": self.task,
            "projects.trashedproject": self.trashed_project,
            "accounts.user": self.person,
        }


def make_house(word: str, by: User) -> House:
    with audit_context(actor=by, reason=f"{word} founded", source="form"):
        organization = OrganizationFactory(
            name=f"{word} Shipping", slug=word.lower(), external_id=f"{word}-1"
        )
        membership = OwnerFactory(
            organization=organization,
            user__email=f"{word.lower()}@example.org",
            user__first_name=f"{word}Ada",
            user__last_name="Harper",
            user__phone=f"{word}-555",
        )
        project = ProjectFactory(organization=organization, name=f"{word} Project")
        return House(
            word=word,
            organization=organization,
            person=membership.user,
            membership=membership,
            invitation=InvitationFactory(
                organization=organization, email=f"{word.lower()}.guest@example.org"
            ),
            project=project,
            task=TaskFactory(project=project, title=f"{word} Task", assignee=membership.user),
            trashed_project=TrashedProjectFactory(
                organization=organization, name=f"{word} Old Project"
            ),
            trashed_organization=TrashedOrganizationFactory(
                name=f"{word} Old Shipping", slug=f"{word.lower()}-old"
            ),
        )


@pytest.fixture
def boss(db: None) -> User:
    return SuperuserFactory(email="boss@quarterdeck.example", first_name="Boss", last_name="Lee")


@pytest.fixture
def near(boss: User) -> House:
    """What the limited colleague sees."""
    return make_house("Inlet", boss)


@pytest.fixture
def far(boss: User) -> House:
    """What a limited user must not see, nor hear of."""
    return make_house("Faraway", boss)


@pytest.fixture
def agent(near: House, far: House, boss: User) -> User:
    """May do everything that there is to be done, in one organization."""
    user = StaffFactory(email="agent@quarterdeck.example", first_name="Agent", last_name="Kim")
    user.user_permissions.set(Permission.objects.all())
    user_set_scope(
        user=user,
        is_limited=True,
        organizations=[near.organization, near.trashed_organization],
        actor=boss,
        reason="Works for Inlet alone.",
    )
    return User.objects.get(pk=user.pk)


@pytest.fixture
def client(agent: User) -> Client:
    """The limited colleague's browser."""
    return sudo_client(agent)


@pytest.fixture
def boss_client(boss: User) -> Client:
    return sudo_client(boss)


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))
