"""The rules of a flag, in their order."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import DatabaseError, IntegrityError, transaction

from apps.flags.models import Flag, PercentBy
from apps.organizations.models import Organization
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def is_on(flag: Flag, user: Any = None, organization: Organization | None = None) -> bool:
    key = organization.pk if organization else None
    return Flag.get(flag.name).is_active_for_user(user, organization=key)


@pytest.mark.parametrize("everyone", [None, True])
@pytest.mark.parametrize("by", ["users", "groups", "organizations"])
def test_denying_comes_before_allowing(by: str, everyone: bool | None) -> None:
    membership = MembershipFactory(user=StaffFactory())
    user, group = membership.user, Group.objects.create(name="Testers")
    user.groups.add(group)
    targets = {"users": user, "groups": group, "organizations": membership.organization}
    flag = FlagFactory(everyone=everyone, authenticated=True, staff=True)
    flag.users.add(user)
    flag.organizations.add(membership.organization)
    assert is_on(flag, user)

    getattr(flag, f"denied_{by}").add(targets[by])

    assert not is_on(flag, user)
    assert is_on(flag, UserFactory())


def test_the_members_of_one_organization_get_the_same_answer() -> None:
    flag = FlagFactory(percent=50, percent_by=PercentBy.ORGANIZATION)
    answers = {}
    for organization in [OrganizationFactory() for _ in range(30)]:
        members = [MembershipFactory(organization=organization).user for _ in range(3)]
        (answers[organization.pk],) = {is_on(flag, user) for user in members}
    assert set(answers.values()) == {True, False}
    assert not is_on(flag, UserFactory())
    assert not is_on(flag, AnonymousUser())


@pytest.mark.parametrize("by", PercentBy.values)
def test_a_growing_percentage_keeps_everyone_it_had(by: str) -> None:
    flag = FlagFactory(percent_by=by)
    users = [MembershipFactory().user for _ in range(40)]
    before: set[Any] = set()
    for percent in (1, 10, 50, 90, "99.9"):
        Flag.objects.filter(pk=flag.pk).update(percent=percent)
        now = {user.pk for user in users if is_on(flag, user)}
        assert before <= now
        before = now
    assert len(before) >= 38


def test_a_flag_is_on_only_where_its_prerequisites_are() -> None:
    user, other = UserFactory(), UserFactory()
    base = FlagFactory()
    base.users.add(user)
    middle, top = FlagFactory(everyone=True), FlagFactory(everyone=True)
    middle.prerequisites.add(base)
    top.prerequisites.add(middle)

    assert [is_on(top, each) for each in (user, other, None)] == [True, False, False]

    Flag.objects.filter(pk=base.pk).update(everyone=False)
    assert not is_on(top, user)


def test_flags_that_need_each_other_are_refused() -> None:
    flags = [FlagFactory() for _ in range(3)]
    flags[0].prerequisites.add(flags[1])
    flags[1].prerequisites.add(flags[2])
    for needs, needed in ((flags[2], flags[0]), (flags[1], flags[0]), (flags[0], flags[0])):
        with pytest.raises(IntegrityError, match="need itself"), transaction.atomic():
            needs.prerequisites.add(needed)
    flags[0].prerequisites.add(flags[2])


@pytest.mark.django_db(transaction=True)
def test_two_transactions_cannot_each_add_half_of_a_circle() -> None:
    one, two = FlagFactory(), FlagFactory()
    ended = at_once(
        [lambda: one.prerequisites.add(two), lambda: two.prerequisites.add(one)],
    )
    assert sorted(ended) == ["IntegrityError", "done"]


def test_a_flag_that_another_needs_is_not_deleted() -> None:
    base, top = FlagFactory(), FlagFactory(everyone=True)
    top.prerequisites.add(base)
    with pytest.raises(Exception, match=f"“{top.name}” needs"), transaction.atomic():
        base.delete()
    with pytest.raises(Exception, match=f"“{top.name}” needs"), transaction.atomic():
        Flag.objects.filter(pk=base.pk).delete()
    assert not is_on(FlagFactory(), None)
    assert is_on(base) is is_on(top)


def test_with_an_organization_no_other_of_the_person_counts() -> None:
    user = UserFactory()
    meant, other = (MembershipFactory(user=user).organization for _ in range(2))
    flag = FlagFactory()
    flag.organizations.add(meant)

    assert is_on(flag, user)
    assert is_on(flag, user, meant)
    assert not is_on(flag, user, other)
    assert not is_on(flag, UserFactory(), meant)


def test_what_a_percentage_is_of_is_one_of_two_things() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        FlagFactory(percent_by="galaxy")
