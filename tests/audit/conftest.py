"""Signed-in staff for the pages of the trail, and a hand on the database that no trigger holds back."""

from collections.abc import Callable

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from tests.factories.accounts import StaffFactory


@pytest.fixture
def as_superuser() -> Callable[..., None]:
    """Run statements as the server's superuser, with every trigger asleep, and commit them."""

    def run(*statements: str) -> None:
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"], user="postgres", dbname=settings["NAME"]
        ) as hand:
            hand.execute("SET session_replication_role = replica")
            for statement in statements:
                hand.execute(statement)  # type: ignore[arg-type]

    return run


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
