"""Service accounts, and clients that call with their keys."""

from typing import Any

import factory
from django.test import Client
from factory.django import DjangoModelFactory

from apps.accounts.models import User
from apps.api.grants import GRANTS
from apps.api.models import ServiceAccount
from apps.api.services import key_make, service_account_create
from tests.factories.accounts import StaffFactory, permission
from tests.factories.organizations import OrganizationFactory


class ServiceAccountFactory(DjangoModelFactory[ServiceAccount]):
    class Meta:
        model = ServiceAccount
        skip_postgeneration_save = True

    name: Any = factory.Sequence(lambda n: f"Roster sync {n}")
    is_limited = True
    created_by: Any = factory.SubFactory(StaffFactory)

    @factory.post_generation
    def relations(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.permissions.set([permission(GRANTS[0])])
        self.organizations.set([OrganizationFactory()])


def maker(*also: str, **staff: Any) -> User:
    """Return somebody who may make keys, and may everything that a key can be given."""
    return StaffFactory(may=["api.add_serviceaccount", *GRANTS, *also], **staff)


def key_of(
    person: User, *gives: str, organizations: Any = (), name: str = "Sync"
) -> tuple[ServiceAccount, str]:
    """Let `person` make an account that gives these permissions, all of them for none, and its key."""
    account = service_account_create(
        name=name,
        permissions=[permission(each) for each in gives or GRANTS],
        organizations=organizations,
        actor=person,
    )
    return account, key_make(account=account, days=30, actor=person)


def api_client(key: str, **options: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"}, **options)
