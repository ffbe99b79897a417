"""Decisions about rights that are taken at the same time: each sees what the other has done."""

from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.models import ApprovalRequest, User
from apps.accounts.services import user_deactivate, user_set_roles
from apps.core.errors import DomainError, MissingPermission
from apps.flags.models import Flag
from apps.flags.services import flag_protect, flag_set
from apps.organizations.services import user_set_scope
from tests.at_once import while_uncommitted
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory, permission, sudo_client
from tests.forms import version

pytestmark = pytest.mark.django_db(transaction=True)

POWER = "accounts.set_roles"
ALL = [
    POWER,
    "accounts.view_user",
    "accounts.change_user",
    "accounts.set_scope",
    "auth.view_group",
    "auth.change_group",
    "flags.flip_flag",
    "flags.view_flag",
    "flags.change_flag",
]


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"roles": 0, "flags": 0, "bulk": 2}


def _empower(client: Client, role: Group) -> Callable[[], Any]:
    """POST the role's form with the permission to set roles."""
    url = reverse("admin:auth_group_change", args=[role.pk])
    posted = {"name": role.name, "permissions": [permission(POWER).pk], "_reason": "Needed."}
    posted |= version(client, url)
    return lambda: client.post(url, posted)


def _give(client: Client, role: Group, person: User) -> Callable[[], Any]:
    """POST the page that gives the role to a person."""
    url = reverse("admin:accounts_user_set_roles", args=[person.pk])
    posted = {"roles": [role.pk], "reason": "Promoted.", **version(client, url)}
    return lambda: client.post(url, posted)


@pytest.mark.parametrize("power_first", [True, False])
def test_a_role_and_its_power_at_once_need_a_second_person(power_first: bool) -> None:
    boss = StaffFactory(may=ALL)
    clients = sudo_client(boss), sudo_client(boss)
    role, puppet = RoleFactory(name="Helpers"), UserFactory()
    both = _empower(clients[0], role), _give(clients[1], role, puppet)

    while_uncommitted(*(both if power_first else both[::-1]))

    puppet = User.objects.get(pk=puppet.pk)
    assert POWER not in puppet.get_all_permissions()
    assert ApprovalRequest.objects.exists() or not puppet.groups.exists()


def test_an_approval_rests_on_what_the_approver_may_do_when_it_is_given() -> None:
    from apps.accounts.approvals.services import approval_approve, approval_ask
    from apps.core.approvals import ApprovalNeeded

    decides = ["accounts.decide_approvalrequest", *ALL]
    asker, approver = StaffFactory(may=ALL), StaffFactory(may=decides)
    role = RoleFactory(gives=[POWER])
    person = UserFactory()
    with pytest.raises(ApprovalNeeded) as needed:
        user_set_roles(user=person, roles=[role], actor=asker)
    request = approval_ask(draft=needed.value.draft, reason="Promoted.", actor=asker)
    approver.has_perm(POWER)

    _, ended = while_uncommitted(
        lambda: user_deactivate(user=approver, actor=None),
        lambda: _refused(lambda: approval_approve(request=request, actor=approver)),
    )

    assert ended
    assert not person.groups.exists()


def _two() -> tuple[User, User]:
    return StaffFactory(may=ALL), StaffFactory(may=ALL)


def _deactivate(person: User, actor: User) -> None:
    user_deactivate(user=person, actor=actor, reason="Left.")


def _limit(person: User, actor: User) -> None:
    user_set_scope(user=person, is_limited=True, actor=actor, reason="Moved.")


@pytest.mark.parametrize("do", [_deactivate, _limit])
def test_two_who_decide_over_each_other_at_once_do_not_both_succeed(
    do: Callable[[User, User], None],
) -> None:
    one, other = _two()
    for each in (one, other):
        each.has_perm(POWER)  # As in a request that looked at the permissions before.
    their_request = copy(other), copy(one)

    _, refused = while_uncommitted(
        lambda: do(other, one), lambda: _refused(lambda: do(their_request[1], their_request[0]))
    )

    assert refused
    one = User.objects.get(pk=one.pk)
    assert one.is_active
    assert not one.is_limited


def test_two_roles_that_take_each_others_power_do_not_both_succeed() -> None:
    roles = [RoleFactory(name=name, gives=ALL) for name in ("East", "West")]
    clients = []
    for role in roles:
        person = StaffFactory()
        person.groups.add(role)
        clients.append(sudo_client(person))

    def take_all(client: Client, role: Group) -> Callable[[], Any]:
        url = reverse("admin:auth_group_change", args=[role.pk])
        posted = {"name": role.name, "permissions": [], "_reason": "Closed."}
        posted |= version(client, url)
        return lambda: client.post(url, posted)

    while_uncommitted(take_all(clients[0], roles[1]), take_all(clients[1], roles[0]))

    assert sorted(role.permissions.count() for role in roles) == [0, len(ALL)]


def test_a_flag_that_is_protected_meanwhile_keeps_its_targets_and_its_state() -> None:
    operator = StaffFactory(may=ALL)
    flag = Flag.objects.create(name="new-checkout", everyone=False)
    client = sudo_client(operator)
    url = reverse("admin:flags_flag_change", args=[flag.pk])
    posted = {"name": flag.name, "percent": "50.0", "note": "", "_reason": "More people."}
    posted |= version(client, url)

    def protect() -> None:
        flag_set(name=flag.name, everyone=None, reason="By its targets.", actor=operator)
        flag_protect(toggle=flag, is_protected=True, reason="Money.", actor=operator)

    while_uncommitted(protect, lambda: client.post(url, posted))

    flag.refresh_from_db()
    assert (flag.is_protected, flag.percent, flag.everyone) == (True, None, None)


def test_a_list_means_the_same_people_when_they_are_counted_and_when_it_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two may be deactivated by one person. A third fits the list's query in between."""
    from apps.accounts.approvals.backend import AccountsBackend

    people = [UserFactory(first_name="Ida", last_name=f"Berg{n}") for n in range(2)]
    late = UserFactory(first_name="Ole", last_name="Late")
    client = sudo_client(may=ALL)
    address = reverse("admin:accounts_user_changelist") + "?q=Ida"
    picked = {
        "action": "deactivate",
        "index": "0",
        "select_across": "1",
        "_selected_action": [str(people[0].pk)],
    }
    page = client.post(address, picked)
    token = dict(page.context["hidden"])["_confirmation"]
    count = AccountsBackend.require_for_many

    def rename_after_the_count(self: Any, **given: Any) -> None:
        count(self, **given)
        # What another transaction commits at this very moment.
        User.objects.filter(pk=late.pk).update(first_name="Ida")

    monkeypatch.setattr(AccountsBackend, "require_for_many", rename_after_the_count)
    client.post(address, {**picked, "_confirmation": token, "reason": "Left."})

    assert not User.objects.filter(pk__in=[each.pk for each in people], status="active").exists()
    assert User.objects.get(pk=late.pk).status == "active"


def _refused(do: Callable[[], Any]) -> bool:
    try:
        do()
    except (DomainError, MissingPermission):
        return True
    return False
