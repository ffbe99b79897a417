"""Why a flag is on or off: the command, the page, and the past."""

import json
import time
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.flags.explaining import flag_explain
from apps.flags.models import Flag
from apps.organizations.models import Membership
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory

pytestmark = pytest.mark.django_db


def now() -> Any:
    """Return a moment that no earlier change shares."""
    time.sleep(0.01)
    moment = timezone.now()
    time.sleep(0.01)
    return moment


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("explain_flag", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def refusal(*arguments: str) -> str:
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("explain_flag", *arguments, stderr=err)
    return err.getvalue()


def test_the_rule_that_decides_is_named_and_later_ones_are_not_asked() -> None:
    membership = MembershipFactory()
    user = membership.user
    flag = FlagFactory(percent="50", authenticated=False)
    flag.organizations.add(membership.organization)
    flag.denied_users.add(UserFactory())

    found = command(flag.name, "--user", user.email)

    assert (found["on"], found["rule"]) == (True, "organization")
    steps = [(step["rule"], step["applies"], step["decides"]) for step in found["steps"]]
    assert steps == [
        ("denied", False, False),
        ("organization", True, True),
        ("percent", None, False),
        ("nothing", None, False),
    ]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"everyone": False}, "off"),
        ({"everyone": True}, "on"),
        ({"authenticated": True}, "signed_in"),
        ({"staff": True}, "staff"),
        ({}, "nothing"),
    ],
)
def test_what_is_explained_is_what_the_flag_answers(values: dict[str, Any], rule: str) -> None:
    user = StaffFactory()
    flag = FlagFactory(**values)
    found = command(flag.name, "--user", user.email)
    assert found["rule"] == rule
    assert found["on"] is Flag.get(flag.name).is_active_for_user(user)


def test_an_organization_is_looked_at_alone() -> None:
    user = UserFactory()
    meant, other = (MembershipFactory(user=user).organization for _ in range(2))
    flag = FlagFactory()
    flag.organizations.add(meant)
    asked = (flag.name, "--user", user.email, "--organization")
    assert command(*asked, meant.slug)["on"] is True
    assert command(*asked, other.slug)["on"] is False


def test_the_past_is_explained_from_the_history() -> None:
    user, group = StaffFactory(), Group.objects.create(name="Testers")
    flag, base = FlagFactory(), FlagFactory(everyone=True)
    membership = MembershipFactory(user=user, role="member")
    MembershipFactory(organization=membership.organization, role="owner")
    moments = {"nothing": now()}

    flag.groups.add(group)
    user.groups.add(group)
    moments["role"] = now()

    user.groups.clear()
    flag.organizations.add(membership.organization)
    moments["organization"] = now()

    Membership.objects.filter(pk=membership.pk).delete()
    flag.users.add(user)
    moments["person"] = now()

    flag.denied_users.add(user)
    moments["denied"] = now()

    flag.denied_users.clear()
    flag.prerequisites.add(base)
    Flag.objects.filter(pk=base.pk).update(everyone=False)
    moments["prerequisite"] = now()

    Flag.objects.filter(pk=flag.pk).update(everyone=False)
    moments["off"] = now()

    found = {
        rule: flag_explain(name=flag.name, user=user, at=at).rule for rule, at in moments.items()
    }
    assert found == {rule: rule for rule in moments}


def test_a_moment_without_history_is_refused() -> None:
    before = now()
    flag, user = FlagFactory(), UserFactory()
    asked = (flag.name, "--user", user.email, "--at")
    assert "has no history" in refusal(*asked, before.isoformat())
    assert "has not come yet" in refusal(*asked, "2999-01-01T00:00")
    assert "is not a moment" in refusal(*asked, "yesterday")
    assert "There is no flag" in refusal("nothing")
    assert "no person with the address" in refusal(flag.name, "--user", "x@example.com")
    assert "no organization" in refusal(flag.name, "--organization", "nothing")


def test_the_page_explains_a_verdict(client: Client) -> None:
    client.force_login(SuperuserFactory())
    user, flag = UserFactory(), FlagFactory()
    before = now()
    flag.users.add(user)
    page = reverse("admin:flags_flag_why", args=[flag.pk])

    assert page in client.get(reverse("admin:flags_flag_change", args=[flag.pk])).text
    assert client.get(page).status_code == 200
    shown = client.get(page, {"person": str(user.pk), "organization": "", "at": ""}).text
    assert f"It is on for {user}" in shown
    assert "Named person" in shown
    past = {"person": str(user.pk), "at": before.strftime("%Y-%m-%d %H:%M:%S")}
    assert (
        "has no history" in client.get(page, past).text
        or "it was off" in client.get(page, past).text
    )
    assert client.get(page, {"nonsense": "1"}).status_code == 400


def test_the_page_shows_limited_staff_only_people_in_their_scope(client: Client) -> None:
    from django.contrib.auth.models import Permission

    viewer = StaffFactory(is_limited=True)
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=["view_flag"]))
    client.force_login(viewer)
    flag, stranger = FlagFactory(authenticated=True), UserFactory()
    page = reverse("admin:flags_flag_why", args=[flag.pk])

    shown = client.get(page, {"person": str(stranger.pk)})

    assert shown.status_code == 200
    assert stranger.email not in shown.text
    assert "It is on" not in shown.text
