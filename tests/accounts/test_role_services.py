"""Roles: what is checked and written when one is created, changed, or deleted, by whatever way."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

from apps.accounts.approvals.services import approval_approve
from apps.accounts.models import ApprovalRequest, User
from apps.accounts.reference import shipped_roles
from apps.accounts.role_services import role_create, role_update, roles_delete
from apps.audit.models import ChangeSet
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError, MissingPermission
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory, permission

pytestmark = pytest.mark.django_db

SET_ROLES = "accounts.set_roles"
MANAGE = ["auth.add_group", "auth.change_group", "auth.delete_group"]
VIEW = "organizations.view_organization"


@pytest.fixture
def manager() -> User:
    return StaffFactory(may=[*MANAGE, VIEW, SET_ROLES])


def gives(role: Group) -> set[str]:
    return {
        f"{each.content_type.app_label}.{each.codename}"
        for each in role.permissions.select_related("content_type")
    }


def test_a_role_is_created_changed_and_deleted_with_a_reason(manager: User) -> None:
    role = role_create(
        name="Readers", permissions=[permission(VIEW)], actor=manager, reason="They read."
    )
    role_update(role=role, name="Viewers", permissions=[], actor=manager, reason="No more.")
    role.refresh_from_db()
    assert (role.name, gives(role)) == ("Viewers", set())

    count = roles_delete(
        roles=Group.objects.filter(pk=role.pk), actor=manager, reason="Nobody has it."
    )

    assert (count, Group.objects.filter(pk=role.pk).exists()) == (1, False)
    assert ChangeSet.objects.filter(actor_id=manager.pk, reason="They read.").exists()
    reasons = Group.history.filter(id=role.pk).values_list("history_change_reason", flat=True)
    assert set(reasons) == {"They read.", "No more.", "Nobody has it."}


@pytest.mark.parametrize("missing", MANAGE)
def test_each_asks_for_its_permission(missing: str) -> None:
    actor = StaffFactory(may=[name for name in MANAGE if name != missing])
    role = RoleFactory(name="Readers")
    services = {
        "auth.add_group": lambda: role_create(name="Others", actor=actor),
        "auth.change_group": lambda: role_update(role=role, name="Others", actor=actor),
        "auth.delete_group": lambda: roles_delete(
            roles=Group.objects.filter(pk=role.pk), actor=actor
        ),
    }

    with pytest.raises(MissingPermission, match=missing):
        services[missing]()

    assert list(Group.objects.filter(name__in=["Readers", "Others"])) == [role]
    role.refresh_from_db()
    assert role.name == "Readers"


def test_nobody_gives_takes_or_deletes_what_they_do_not_have() -> None:
    actor = StaffFactory(may=MANAGE)
    role = RoleFactory(name="Readers", gives=[VIEW])

    with pytest.raises(DomainError, match="have it yourself"):
        role_create(name="Mine", permissions=[permission(VIEW)], actor=actor)
    with pytest.raises(DomainError, match="have it yourself"):
        role_update(role=role, permissions=[], actor=actor)
    with pytest.raises(DomainError, match="have it yourself"):
        roles_delete(roles=Group.objects.filter(pk=role.pk), actor=actor)

    assert gives(role) == {VIEW}
    assert not Group.objects.filter(name="Mine").exists()


def test_a_shipped_role_is_neither_changed_nor_deleted_by_the_system_either() -> None:
    role, _ = Group.objects.get_or_create(name=next(iter(shipped_roles())))
    before = gives(role)

    with pytest.raises(DomainError, match="shipped"):
        role_update(role=role, name="Mine", permissions=[], actor=None)
    with pytest.raises(DomainError, match="Shipped"):
        roles_delete(roles=Group.objects.filter(pk=role.pk), actor=None)

    role.refresh_from_db()
    assert gives(role) == before


def test_a_name_that_is_taken_is_refused_in_a_sentence(manager: User) -> None:
    RoleFactory(name="Readers")

    with pytest.raises(DomainError, match="already exists"):
        role_create(name="Readers", actor=manager)


def test_a_power_for_a_held_role_is_given_by_the_same_service_once_it_is_approved(
    manager: User, settings: Any
) -> None:
    settings.FOUR_EYES = {"roles": 0}
    role = RoleFactory(name="Readers", gives=[VIEW])
    UserFactory().groups.add(role)
    wanted = [permission(VIEW), permission(SET_ROLES)]

    with pytest.raises(ApprovalNeeded) as needed:
        role_update(role=role, permissions=wanted, actor=manager, reason="They hire.")
    assert gives(role) == {VIEW}

    APPROVALS.get().ask(needed.value, actor=manager, reason="They hire.")
    approver = StaffFactory(may=[*MANAGE, VIEW, SET_ROLES, "accounts.decide_approvalrequest"])
    approval_approve(request=ApprovalRequest.objects.get(), actor=approver)
    assert gives(role) == {VIEW, SET_ROLES}


def test_a_role_that_is_gone_is_not_changed(manager: User) -> None:
    role = RoleFactory(name="Readers")
    Group.objects.filter(pk=role.pk).delete()

    with pytest.raises(DomainError, match="deleted"):
        role_update(role=role, name="Mine", actor=manager)
