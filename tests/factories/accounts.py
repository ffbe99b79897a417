"""Users by state."""

import time
from datetime import timedelta
from typing import Any

import factory
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.accounts.models import ApprovalRequest, User


class UserFactory(DjangoModelFactory):
    """A member of organizations who has never signed in here."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    password = "!"


class DeactivatedUserFactory(UserFactory):
    status = User.Status.DEACTIVATED


class StaffFactory(UserFactory):
    """A user who may sign in to the back office: `may=["app.codename", …]` says what they may do."""

    email = factory.Sequence(lambda n: f"staff{n}@quarterdeck.example")
    is_staff = True

    @factory.post_generation
    def may(self: Any, create: bool, permissions: list[str] | None, **kwargs: Any) -> None:
        if permissions:
            self.user_permissions.set(permission(name) for name in permissions)


class SuperuserFactory(StaffFactory):
    is_superuser = True


class RoleFactory(DjangoModelFactory):
    """A staff role (a group): `gives=["app.codename", …]` says what it permits."""

    class Meta:
        model = Group
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Role {n}")

    @factory.post_generation
    def gives(self: Any, create: bool, permissions: list[str] | None, **kwargs: Any) -> None:
        if permissions:
            self.permissions.set(permission(name) for name in permissions)


class ApprovalRequestFactory(DjangoModelFactory):
    """A request that waits for somebody to decide on many records of a list."""

    class Meta:
        model = ApprovalRequest

    kind = "core.bulk"
    sentence = factory.Sequence(lambda n: f"Deactivate: {n + 30} users")
    arguments = factory.LazyFunction(
        lambda: {
            "model": "accounts.user",
            "action": "deactivate",
            "label": "Deactivate",
            "keys": [],
            "data": {},
        }
    )
    preview = factory.LazyAttribute(
        lambda request: {
            "sentence": request.sentence,
            "lines": [],
            "total": 30,
            "consequences": [],
            "parts": [],
        }
    )
    fingerprint = factory.Sequence(lambda n: f"{n:064}")
    reason = "They left."
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))
    requester = factory.SubFactory(StaffFactory)


def permission(name: str) -> Permission:
    app_label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


def prove_factor(client: Client) -> Client:
    """Give a signed-in client what asking its person for a factor gives: sudo, for fifteen minutes.

    The session holds the note that allauth makes once a password or, for who has set one up, a second
    factor was proven. Call it after `force_login`, and again after moving a test's clock on.
    """
    session = client.session
    user = User.objects.get(pk=session[SESSION_KEY])
    method = "mfa" if user.authenticator_set.exists() else "password"
    session["account_authentication_methods"] = [
        {"method": method, "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def sudo_client(user: User | None = None, **staff: Any) -> Client:
    """Return a client signed in as `user`, or as a new `StaffFactory(**staff)`, with sudo on."""
    client = Client()
    client.force_login(user or StaffFactory(**staff))
    return prove_factor(client)
