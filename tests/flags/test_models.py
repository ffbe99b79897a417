"""Who a flag is on for, and what cannot turn it on."""

import json
import re

import pytest
import waffle
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.core.trash.services import record_trash
from apps.flags.models import Flag, Switch
from apps.organizations.services import organization_restore
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory, SwitchFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def test_a_new_flag_is_on_for_nobody_not_even_superusers() -> None:
    flag = FlagFactory()
    for user in (AnonymousUser(), UserFactory(), StaffFactory(), SuperuserFactory(), None):
        assert not Flag.get(flag.name).is_active_for_user(user)


def test_a_flag_that_is_off_for_everyone_is_off_for_those_it_names() -> None:
    user = StaffFactory()
    flag = FlagFactory(everyone=False, staff=True, authenticated=True)
    flag.users.add(user)
    assert not Flag.get(flag.name).is_active_for_user(user)


def test_a_flag_reaches_people_groups_and_the_members_of_organizations() -> None:
    person, grouped, member, other = (UserFactory() for _ in range(4))
    group = Group.objects.create(name="Testers")
    grouped.groups.add(group)
    membership = MembershipFactory(user=member)
    flag = FlagFactory()
    flag.users.add(person)
    flag.groups.add(group)
    flag.organizations.add(membership.organization)

    reached = [
        Flag.get(flag.name).is_active_for_user(user) for user in (person, grouped, member, other)
    ]

    assert reached == [True, True, True, False]


def test_an_organization_in_the_trash_reaches_nobody_and_reaches_again_when_it_is_back() -> None:
    actor = SuperuserFactory()
    membership = MembershipFactory()
    flag = FlagFactory()
    flag.organizations.add(membership.organization)

    record_trash(record=membership.organization, actor=actor, reason="They left")
    assert not Flag.get(flag.name).is_active_for_user(membership.user)

    # People who are reached in another way still are.
    other = MembershipFactory(user=membership.user).organization
    flag.organizations.add(other)
    assert Flag.get(flag.name).is_active_for_user(membership.user)
    flag.organizations.remove(other)

    organization_restore(organization=membership.organization, actor=actor, reason="They came back")
    assert Flag.get(flag.name).is_active_for_user(membership.user)


def test_targets_of_several_kinds_are_not_multiplied_with_each_other() -> None:
    """Joined, 60 people and 60 members of an organization would be 3,600 rows, and so on."""
    flag = FlagFactory()
    flag.users.set([UserFactory() for _ in range(60)])
    organization = OrganizationFactory()
    for _ in range(60):
        MembershipFactory(organization=organization)
    flag.organizations.add(organization)
    stranger = UserFactory()

    with CaptureQueriesContext(connection) as asked:
        assert not Flag.get(flag.name).is_active_for_user(stranger)
    (question,) = [q["sql"] for q in asked if "flags_flag_users" in q["sql"]]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {question}")
        plan = json.dumps(cursor.fetchone()[0])
    seen = [float(rows) for rows in re.findall(r'"Actual Rows": ([0-9.]+)', plan)]
    assert sum(seen) <= 200


def test_a_share_of_people_is_always_the_same_people() -> None:
    flag = FlagFactory(percent=50)
    users = [UserFactory() for _ in range(60)]

    first = [Flag.get(flag.name).is_active_for_user(user) for user in users]
    second = [Flag.get(flag.name).is_active_for_user(user) for user in users]

    assert first == second
    assert 0 < sum(first) < 60


@pytest.mark.parametrize("query", ["?dwft_probe=1", "?probe=1"])
def test_no_query_string_and_no_cookie_turns_a_flag_on(query: str) -> None:
    FlagFactory(name="probe", percent=1)
    request = RequestFactory().get(f"/{query}", headers={"dwft-probe": "1"})
    request.user = AnonymousUser()
    request.COOKIES.update({"dwf_probe": "True", "dwft_probe": "True"})

    assert not waffle.flag_is_active(request, "probe")


def test_bulk_changes_and_deletions_hold_at_once() -> None:
    user = UserFactory()
    flag = FlagFactory(everyone=True)
    switch = SwitchFactory(active=True)
    targeted = FlagFactory()
    targeted.users.add(user)
    for name in (flag.name, targeted.name):
        assert Flag.get(name).is_active_for_user(user)
    assert waffle.switch_is_active(switch.name)

    Flag.objects.filter(pk=flag.pk).update(everyone=False)
    Switch.objects.filter(pk=switch.pk).delete()
    targeted.users.clear()

    for name in (flag.name, targeted.name):
        assert not Flag.get(name).is_active_for_user(user)
    assert not waffle.switch_is_active(switch.name)


def test_a_renamed_flag_leaves_its_old_name_off() -> None:
    flag = FlagFactory(name="old-name", everyone=True)
    assert Flag.get("old-name").is_active_for_user(None)

    Flag.objects.filter(pk=flag.pk).update(name="new-name")

    assert not Flag.get("old-name").is_active_for_user(None)
    assert Flag.get("new-name").is_active_for_user(None)


def test_one_question_costs_at_most_two_statements(django_assert_max_num_queries) -> None:
    flag = FlagFactory()
    flag.users.set([UserFactory() for _ in range(5)])
    user = UserFactory()
    with django_assert_max_num_queries(2):
        assert not Flag.get(flag.name).is_active_for_user(user)
