"""Two web processes and two workers: whatever changes a flag, each answers from it within a second of the commit."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction

from apps.accounts.models import User
from apps.flags.models import Flag, Sample, Switch
from apps.flags.services import flag_set
from apps.organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.flags.processes import Answering, processes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("flag processes"),
]

EMAIL = "asks@quarterdeck.example"


@pytest.fixture(scope="module")
def answering(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Answering]:
    with django_db_blocker.unblock(), processes(tmp_path_factory.mktemp("flags")) as found:
        yield found


@pytest.fixture
def user(transactional_db: None) -> User:
    found: User = UserFactory(email=EMAIL)
    return found


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def flag(**values: Any) -> Flag:
    made: Flag = FlagFactory(name="probe", **values)
    return made


def targeted(field: str, *targets: Any) -> Flag:
    made = flag()
    getattr(made, field).add(*targets)
    return made


def deleted_and_made_again() -> None:
    Flag.objects.all().filter(name="probe").delete()
    flag(everyone=True)


def loaded_from_a_fixture() -> None:
    (row,) = serializers.deserialize("json", serializers.serialize("json", [Flag.objects.get(name="probe")]))
    row.object.everyone = True
    row.save()


def rolled_back() -> None:
    with transaction.atomic():
        Flag.objects.filter(name="probe").update(everyone=True)
        transaction.set_rollback(True)


# What is set up; what changes; what the flag says before and after.
CASES: dict[str, tuple[Callable[[User], Any], Callable[[User], Any], bool, bool]] = {
    "save": (
        lambda user: flag(),
        lambda user: flag_set(name="probe", everyone=True, reason="Launch", actor=None),
        False,
        True,
    ),
    "update of a queryset": (
        lambda user: flag(everyone=True),
        lambda user: Flag.objects.filter(name="probe").update(everyone=False),
        True,
        False,
    ),
    "raw SQL": (
        lambda user: flag(everyone=True),
        lambda user: sql("UPDATE flags_flag SET everyone = false WHERE name = 'probe'"),
        True,
        False,
    ),
    "delete": (
        lambda user: flag(everyone=True),
        lambda user: Flag.objects.filter(name="probe").delete(),
        True,
        False,
    ),
    "delete and make again": (
        lambda user: flag(everyone=False),
        lambda user: deleted_and_made_again(),
        False,
        True,
    ),
    "rename": (
        lambda user: flag(everyone=True),
        lambda user: Flag.objects.filter(name="probe").update(name="other"),
        True,
        False,
    ),
    "rollback": (lambda user: flag(), lambda user: rolled_back(), False, False),
    "fixture": (lambda user: flag(), lambda user: loaded_from_a_fixture(), False, True),
    "command": (
        lambda user: flag(),
        lambda user: call_command("waffle_flag", "probe", "--everyone"),
        False,
        True,
    ),
    "person added": (
        lambda user: flag(),
        lambda user: Flag.objects.get(name="probe").users.add(user),
        False,
        True,
    ),
    "flag added to a person": (
        lambda user: flag(),
        lambda user: user.flags.add(Flag.objects.get(name="probe")),
        False,
        True,
    ),
    "people cleared": (
        lambda user: targeted("users", user),
        lambda user: Flag.objects.get(name="probe").users.clear(),
        True,
        False,
    ),
    "flags of a person cleared": (
        lambda user: targeted("users", user),
        lambda user: user.flags.clear(),
        True,
        False,
    ),
    "person denied": (
        lambda user: flag(everyone=True),
        lambda user: Flag.objects.get(name="probe").denied_users.add(user),
        True,
        False,
    ),
    "role given": (
        lambda user: targeted("groups", Group.objects.create(name="Testers")),
        lambda user: user.groups.add(Group.objects.get(name="Testers")),
        False,
        True,
    ),
    "role deleted": (
        lambda user: (user.groups.add(group := Group.objects.create(name="Testers")), targeted("groups", group)),
        lambda user: Group.objects.get(name="Testers").delete(),
        True,
        False,
    ),
    "member of an organization": (
        lambda user: targeted("organizations", OrganizationFactory()),
        lambda user: MembershipFactory(user=user, organization=Organization.objects.get()),
        False,
        True,
    ),
    "membership removed": (
        lambda user: targeted("organizations", MembershipFactory(user=user, role="member").organization),
        lambda user: Membership.objects.all().delete(),
        True,
        False,
    ),
    "organization moved to the trash": (
        lambda user: targeted("organizations", MembershipFactory(user=user).organization),
        lambda user: sql("UPDATE organizations_organization SET deleted_at = now(), trash_id = uuid7()"),
        True,
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_process_answers_from_a_change_within_a_second(
    answering: Answering, user: User, case: str
) -> None:
    prepare, change, before, after = CASES[case]
    prepare(user)
    assert answering.agree("flag", "probe", EMAIL) is before

    change(user)

    assert answering.agree("flag", "probe", EMAIL) is after


def test_switches_and_samples_are_taken_up_as_well(answering: Answering, user: User) -> None:
    SwitchFactory(name="probe", active=True)
    SampleFactory(name="probe", percent=100)
    assert answering.agree("switch", "probe") is True
    assert answering.agree("sample", "probe") is True

    Switch.objects.update(active=False)
    Sample.objects.update(percent=0)

    assert answering.agree("switch", "probe") is False
    assert answering.agree("sample", "probe") is False
