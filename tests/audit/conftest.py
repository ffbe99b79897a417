"""Signed-in staff for the pages of the trail."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.accounts.models import User
from tests.factories.accounts import StaffFactory


@pytest.fixture
def staff_with(db: None) -> Callable[..., User]:
    """Make a staff user who holds exactly these permissions: `staff_with("audit.view_auditlog")`."""

    def make(*permissions: str, **fields: str) -> User:
        user: User = StaffFactory(**fields)
        for permission in permissions:
            app_label, _, codename = permission.partition(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=app_label, codename=codename)
            )
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
