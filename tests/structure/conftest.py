"""Staff of every role, for the tests that look at every page."""

import pytest
from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.accounts.reference import load_roles, shipped_roles
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.structure.drawing import drawing

__all__ = ["drawing", "staff"]


@pytest.fixture
def staff(db: None) -> dict[str, User]:
    """One user per shipped role, one superuser, and one who is staff without any role."""
    load_roles()
    users = {"superuser": SuperuserFactory(), "no role": StaffFactory()}
    for role in shipped_roles():
        users[role] = StaffFactory(email=f"{role.lower()}@quarterdeck.example")
        users[role].groups.add(Group.objects.get(name=role))
    return users
