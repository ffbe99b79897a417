"""A protected flag is turned with a fresh factor, and by two people where the setting says so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.approvals.services import approval_approve, approval_ask
from apps.accounts.models import ApprovalRequest, User
from apps.core.approvals import ApprovalNeeded
from apps.flags.models import Flag
from apps.flags.services import flag_protect, flag_set, sample_set, switch_set
from tests.factories.accounts import StaffFactory, prove_factor
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory
from tests.forms import save

pytestmark = pytest.mark.django_db
FLIP = "flags.flip_flag"
MAY = [FLIP, "flags.view_flag", "flags.change_flag", "flags.delete_flag"]
DECIDE = ["accounts.decide_approvalrequest", "accounts.view_approvalrequest"]


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"flags": 0}


@pytest.fixture
def flipper() -> User:
    return StaffFactory(may=MAY)


@pytest.fixture
def second() -> User:
    return StaffFactory(first_name="Sven", may=[*MAY, *DECIDE])


def _client(user: User, *, fresh: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    return prove_factor(client) if fresh else client


@pytest.mark.parametrize(
    "turn",
    [
        lambda actor: flag_set(
            name=FlagFactory(is_protected=True).name, everyone=True, reason="Go", actor=actor
        ),
        lambda actor: switch_set(
            name=SwitchFactory(is_protected=True).name, active=True, reason="Go", actor=actor
        ),
        lambda actor: sample_set(
            name=SampleFactory(is_protected=True).name, percent=9, reason="Go", actor=actor
        ),
        lambda actor: flag_protect(
            toggle=FlagFactory(is_protected=True), is_protected=False, reason="Go", actor=actor
        ),
    ],
)
def test_nobody_turns_it_alone_and_a_second_person_can_approve(
    turn: Callable[[User], Any], flipper: User, second: User
) -> None:
    with pytest.raises(ApprovalNeeded) as needed:
        turn(flipper)
    request = approval_ask(draft=needed.value.draft, reason="Launch.", actor=flipper)

    done = approval_approve(request=request, actor=second)

    assert done.state == "approved", done.outcome


def test_an_unprotected_one_is_turned_alone_and_the_setting_can_say_so_for_all(
    flipper: User, settings: Any
) -> None:
    assert flag_set(name=FlagFactory().name, everyone=True, reason="Go", actor=flipper)
    settings.FOUR_EYES = {}
    flag = FlagFactory(is_protected=True)
    assert flag_set(name=flag.name, everyone=True, reason="Go", actor=flipper)


def test_a_flag_turned_in_between_voids_the_request(flipper: User, second: User) -> None:
    flag = FlagFactory(is_protected=True)
    with pytest.raises(ApprovalNeeded) as needed:
        flag_set(name=flag.name, everyone=True, reason="Go", actor=flipper)
    request = approval_ask(draft=needed.value.draft, reason="Launch.", actor=flipper)
    Flag.objects.filter(pk=flag.pk).update(percent=10)

    assert approval_approve(request=request, actor=second).state == "void"
    flag.refresh_from_db()
    assert flag.everyone is None


def test_its_page_asks_for_a_fresh_factor_and_then_a_second_person(flipper: User) -> None:
    flag = FlagFactory(is_protected=True)
    url = reverse("admin:flags_flag_turn_on", args=[flag.pk])

    assert _client(flipper, fresh=False).post(url, {"reason": "Go"}).status_code != 200
    answer = _client(flipper).post(url, {"reason": "Go", "_ask": "1"})

    assert answer.status_code == 302
    flag.refresh_from_db()
    assert flag.everyone is None
    request = ApprovalRequest.objects.get()
    assert request.sentence == f"Change the flag {flag.name}: on for everyone"
    (line,) = request.preview["lines"]
    assert line["values"] == [["state", "set to use its targets", "on for everyone"]]


def test_it_is_protected_on_its_page_and_not_deleted(flipper: User) -> None:
    flag = FlagFactory()
    client = _client(flipper)

    client.post(reverse("admin:flags_flag_protect", args=[flag.pk]), {"reason": "It is dear."})

    flag.refresh_from_db()
    assert flag.is_protected
    answer = client.post(reverse("admin:flags_flag_delete", args=[flag.pk]), {"reason": "Gone."})
    assert answer.status_code == 409
    assert Flag.objects.filter(pk=flag.pk).exists()


def test_who_it_reaches_is_not_changed_by_its_form(flipper: User) -> None:
    flag = FlagFactory(is_protected=True)

    save(
        _client(flipper),
        reverse("admin:flags_flag_change", args=[flag.pk]),
        {"staff": "on", "percent": "50", "is_protected": "", "note": "new", "_reason": "Forged."},
    )

    flag.refresh_from_db()
    assert flag.note == "new"
    assert (flag.staff, flag.percent, flag.is_protected) == (False, None, True)
