"""Two web processes and two workers: whatever changes a flag, each answers from it within a second of the commit."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import psutil
import pytest
from django.contrib.auth.models import Group
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.flags.answers import answers_about
from apps.flags.models import Flag, Sample, Switch
from apps.flags.processes import uptake
from apps.flags.services import flag_set
from apps.flags.turning import uptake_wait
from apps.organizations.models import Membership, Organization
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.flags.processes import Answering, processes
from tests.other_processes import paused

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
    (row,) = serializers.deserialize(
        "json", serializers.serialize("json", [Flag.objects.get(name="probe")])
    )
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
        lambda user: (
            user.groups.add(group := Group.objects.create(name="Testers")),
            targeted("groups", group),
        ),
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
        lambda user: targeted(
            "organizations", MembershipFactory(user=user, role="member").organization
        ),
        lambda user: Membership.objects.all().delete(),
        True,
        False,
    ),
    "organization moved to the trash": (
        lambda user: targeted("organizations", MembershipFactory(user=user).organization),
        lambda user: sql(
            "UPDATE organizations_organization SET deleted_at = now(), trash_id = uuid7()"
        ),
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


def uptake_command(name: str, state: str, *more: str) -> tuple[int, dict[str, Any], str]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(
            *("flag", name, state, "--reason", "It hurts", "--wait", "5", "--json", *more),
            stdout=out,
            stderr=err,
        )
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue()), err.getvalue()


def test_a_kill_returns_when_every_process_answers_from_it(
    answering: Answering, user: User
) -> None:
    flag(everyone=True)
    code, said, _ = uptake_command("probe", "off")

    assert not any(answer["flag"] for answer in answering.answers("probe", EMAIL).values())
    assert (code, said["taken_up"], said["processes"], said["late"]) == (0, 4, 4, [])
    assert said["seconds"] < 5


def test_a_stopped_process_is_named_until_it_goes_on(
    answering: Answering, user: User, client: Client
) -> None:
    probe = flag(everyone=True)
    answering.agree("flag", "probe")
    pid = next(iter(answering.worker_ports))
    client.force_login(SuperuserFactory())
    page = reverse("admin:flags_flag_change", args=[probe.pk])

    with paused(psutil.Process(pid)):
        code, said, sentence = uptake_command("probe", "off")
        assert code == 3
        assert (said["taken_up"], said["processes"]) == (3, 4)
        assert f"worker {pid}" in sentence
        shown = client.get(page).text
        assert "Taken up by 3 of 4 processes" in shown
        assert f"worker {pid}" in shown

    # Its first answer is already the new one.
    assert not any(answer["flag"] for answer in answering.answers("probe").values())
    found = uptake_wait(seconds=10)
    assert found.is_whole
    assert "Taken up by 4 of 4 processes, " in client.get(page).text


def test_each_process_writes_down_what_it_answered(answering: Answering, user: User) -> None:
    flag(everyone=True)

    def on() -> int:
        return sum(hour.yes for hour in answers_about("flag", "probe").hours)

    before = on()
    assert len(answering.answers("probe")) == 4
    until = time.monotonic() + 60
    while on() < before + 4:
        assert time.monotonic() < until
        time.sleep(0.5)


def test_a_killed_process_is_forgotten_and_its_successor_counts(
    answering: Answering, user: User
) -> None:
    flag()
    answering.agree("flag", "probe")
    os.kill(next(iter(answering.web_pids)), signal.SIGKILL)
    until = time.monotonic() + 30
    while len(found := uptake().processes) != 4 or answering.web_pids <= {p.pid for p in found}:
        assert time.monotonic() < until, found
        time.sleep(0.1)
