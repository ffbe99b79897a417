"""Requests that are decided while something else happens to them or to their people, on real connections."""

from collections.abc import Callable
from copy import copy
from typing import Any

import pytest

from apps.accounts.approvals.services import (
    approval_approve,
    approval_ask,
    approval_refuse,
    approval_withdraw,
)
from apps.accounts.models import ApprovalRequest, User
from apps.accounts.services import user_deactivate, user_set_roles
from apps.core.approvals import ApprovalNeeded
from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_purge
from apps.organizations.models import Organization
from tests.at_once import while_uncommitted
from tests.factories.accounts import RoleFactory, StaffFactory
from tests.factories.organizations import TrashedOrganizationFactory

pytestmark = pytest.mark.django_db(transaction=True)

DECIDE = "accounts.decide_approvalrequest"
PURGE = "organizations.purge_organization"


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"purge": 0}


@pytest.fixture
def asker() -> User:
    return _colleague("Ines")


@pytest.fixture
def second() -> User:
    return _colleague("Sven")


@pytest.fixture
def organization() -> Organization:
    organization: Organization = TrashedOrganizationFactory()
    return organization


@pytest.fixture
def request_of_asker(asker: User, organization: Organization) -> ApprovalRequest:
    with pytest.raises(ApprovalNeeded) as needed:
        record_purge(record=organization, actor=asker)
    return approval_ask(draft=needed.value.draft, reason="They asked for it.", actor=asker)


def _colleague(name: str) -> User:
    user: User = StaffFactory(first_name=name)
    user.groups.add(RoleFactory(gives=[PURGE, DECIDE]))
    return user


def _ended(action: Callable[[], Any]) -> Callable[[], str]:
    def run() -> str:
        try:
            done = action()
        except (DomainError, MissingPermission) as refusal:
            return type(refusal).__name__
        return str(getattr(done, "state", "done"))

    return run


DECISIONS: dict[str, Callable[[ApprovalRequest, User, User], Any]] = {
    "approve": lambda request, asker, second: approval_approve(
        request=copy(request), actor=copy(second)
    ),
    "refuse": lambda request, asker, second: approval_refuse(
        request=copy(request), actor=copy(second), reason="No."
    ),
    "withdraw": lambda request, asker, second: approval_withdraw(
        request=copy(request), actor=copy(asker)
    ),
}


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("then", DECISIONS)
def test_two_decisions_at_once_are_one(
    first: str,
    then: str,
    request_of_asker: ApprovalRequest,
    asker: User,
    second: User,
    organization: Organization,
) -> None:
    decide = [
        _ended(lambda name=name: DECISIONS[name](request_of_asker, asker, second))  # type: ignore[misc]
        for name in (first, then)
    ]

    done, late = while_uncommitted(*decide)

    assert done in ("approved", "refused", "done")
    assert late == "DomainError"
    is_there = Organization.all_objects.filter(pk=organization.pk).exists()
    assert is_there == (first != "approve")


LOSSES: dict[str, Callable[[User, User], Any]] = {
    "the requester is deactivated": lambda asker, second: user_deactivate(user=asker, actor=None),
    "the approver is deactivated": lambda asker, second: user_deactivate(user=second, actor=None),
    "the requester's role is taken": lambda asker, second: user_set_roles(
        user=asker, roles=[], actor=None
    ),
    "the approver's role is taken": lambda asker, second: user_set_roles(
        user=second, roles=[], actor=None
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_approved_while_rights_are_taken_is_not_done(
    loss: str,
    request_of_asker: ApprovalRequest,
    asker: User,
    second: User,
    organization: Organization,
) -> None:
    # What the approver could do is known from before, as in a request that has just begun.
    assert second.has_perm(DECIDE)

    _, said = while_uncommitted(
        _ended(lambda: LOSSES[loss](copy(asker), copy(second))),
        _ended(lambda: approval_approve(request=copy(request_of_asker), actor=second)),
    )

    assert said in ("void", "MissingPermission")
    assert Organization.all_objects.filter(pk=organization.pk).exists()


@pytest.mark.parametrize("loss", [name for name in LOSSES if "approver" in name])
def test_neither_is_it_refused_by_who_is_shut_out(
    loss: str, request_of_asker: ApprovalRequest, asker: User, second: User
) -> None:
    assert second.has_perm(DECIDE)

    _, said = while_uncommitted(
        _ended(lambda: LOSSES[loss](copy(asker), copy(second))),
        _ended(lambda: approval_refuse(request=copy(request_of_asker), actor=second, reason="No.")),
    )

    assert said == "MissingPermission"
    request_of_asker.refresh_from_db()
    assert request_of_asker.state == "pending"
