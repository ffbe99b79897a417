"""Planning changes on the pages of flags and switches."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.flags.models import ChangePlan
from apps.flags.plans.planning import Step, changes_plan
from apps.flags.tasks import carry_out_planned_changes
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import FlagFactory, SwitchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _signed_in(client: Client) -> Any:
    with time_machine.travel("2026-10-01 08:00 +0000"):
        client.force_login(SuperuserFactory())
        yield


def url(toggle: Any, page: str) -> str:
    return reverse(f"admin:flags_{toggle._meta.model_name}_{page}", args=[toggle.pk])


def planned(*changes: tuple[str, str], zone: str = "Europe/Berlin") -> dict[str, str]:
    data = {"zone": zone, "reason": "Launch"}
    for number, (becomes, at) in enumerate(changes, start=1):
        data |= {f"change_{number}_becomes": becomes, f"change_{number}_at": at}
    return data


def test_a_ramp_is_planned_shown_and_canceled(client: Client) -> None:
    flag = FlagFactory()
    ramp = planned(("10", "2026-10-05T09:00"), ("on", "2026-10-12T09:00"))

    assert client.post(url(flag, "plan_changes"), ramp).status_code == 302

    page = client.get(url(flag, "change")).content.decode()
    assert "10% on Monday 2026-10-05 09:00 CEST" in page
    assert "Monday 2026-10-12 09:00 CEST: on for everyone" in page
    assert "10% on Monday" in client.get(reverse("admin:flags_flag_changelist")).content.decode()
    # A person who turns it by hand sees what that cancels.
    assert "what is planned is canceled" in client.get(url(flag, "turn_on")).content.decode()
    assert "and 1 more" in client.get(url(flag, "cancel_planned")).content.decode()

    assert client.post(url(flag, "cancel_planned"), {"reason": "Not yet"}).status_code == 302
    page = client.get(url(flag, "change")).content.decode()
    assert "canceled it: “Not yet”." in page
    assert "10% on Monday" not in page


def test_the_page_names_the_planner_as_the_one_who_changed_it_last(client: Client) -> None:
    flag, planner = FlagFactory(), SuperuserFactory(first_name="Ana", last_name="Ruiz")
    steps = [Step(timezone.now() + timedelta(hours=1), "10")]
    changes_plan(kind="flag", name=flag.name, steps=steps, reason="Launch", actor=planner)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        carry_out_planned_changes()
    page = client.get(url(flag, "change")).content.decode()
    assert re.search(r"by Ana Ruiz: “Launch \(planned for 2026-10-01 09:00 UTC\)”", page)


def test_for_30_minutes_and_then_back(client: Client) -> None:
    flag, switch = FlagFactory(), SwitchFactory(active=True)
    client.post(url(flag, "turn_on"), {"reason": "Try", "lasts": "30"})
    client.post(url(switch, "turn_off"), {"reason": "Try", "lasts": "30"})
    flag.refresh_from_db()
    switch.refresh_from_db()
    assert (flag.everyone, switch.active) == (True, False)
    backs = [plan.changes.get() for plan in ChangePlan.objects.order_by("pk")]
    assert [back.becomes for back in backs] == ["targets", "on"]
    assert all(abs(back.due_at - timezone.now()) < timedelta(minutes=31) for back in backs)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ([], "at least one"),
        ([("on", "")], "Choose both"),
        ([("", "2026-10-05T09:00")], "Choose both"),
        ([("on", "2026-09-30T09:00")], "has passed"),
        # The clock goes from 02:00 to 03:00.
        ([("on", "2027-03-28T02:30")], "clock skips 02:30"),
        ([("on", "2026-10-05T09:00"), ("off", "2026-10-05T09:00")], "Two changes"),
        ([("on", "tomorrow")], "not understood"),
        ([("on", "9999-99-99T99:99")], "not a date"),
        ([("on", "2026-10-05T09:00 and more; DROP")], "not understood"),
        ([("777", "2026-10-05T09:00")], "not one of the available choices"),
    ],
)
def test_odd_input_is_refused_with_a_sentence(client: Client, changes: Any, word: str) -> None:
    flag = FlagFactory()
    answer = client.post(url(flag, "plan_changes"), planned(*changes))
    assert answer.status_code in (200, 409)
    assert word in answer.content.decode()
    assert not ChangePlan.objects.exists()


def test_an_hour_that_comes_twice_is_its_first_one(client: Client) -> None:
    flag = FlagFactory()
    client.post(url(flag, "plan_changes"), planned(("on", "2026-10-25T02:30")))
    assert "02:30 CEST" in client.get(url(flag, "change")).content.decode()


@pytest.mark.parametrize("limited", [False, True])
def test_who_may_not_turn_flags_is_neither_offered_nor_allowed_to_plan(
    client: Client, limited: bool
) -> None:
    flag = FlagFactory()
    may = ["flags.view_flag", "flags.change_flag", *(["flags.flip_flag"] if limited else [])]
    client.force_login(StaffFactory(may=may, is_limited=limited))

    assert url(flag, "plan_changes") not in client.get(url(flag, "change")).content.decode()
    for page in ("plan_changes", "cancel_planned"):
        data = planned(("on", "2026-10-05T09:00"))
        assert client.post(url(flag, page), data).status_code == 403
    assert client.post(url(flag, "turn_on"), {"reason": "x", "lasts": "30"}).status_code in (
        403,
        409,
    )
    assert not ChangePlan.objects.exists()
