"""Planned changes: a ramp, for a while and back, and everything that stops a plan with a word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError

from apps.accounts.approvals.services import approval_approve, approval_ask
from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import Event
from apps.core.approvals import ApprovalNeeded
from apps.core.errors import DomainError, MissingPermission
from apps.core.queued_mails import queued_mails_send
from apps.flags.models import ChangePlan, Flag, PlannedChange
from apps.flags.plans.planning import Step, change_for_a_while, changes_plan, plan_cancel
from apps.flags.services import flag_protect, flag_set, switch_set
from apps.flags.tasks import carry_out_planned_changes
from tests.factories.accounts import StaffFactory
from tests.factories.flags import FlagFactory, SwitchFactory
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
MAY = ["flags.flip_flag", "flags.view_flag", "flags.view_switch", "flags.change_flag"]
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RAMP = [Step(MONDAY + timedelta(days=day), to) for day, to in enumerate(["1", "10", "50", "100"])]


@pytest.fixture(autouse=True)
def _alone(settings: Any) -> None:
    settings.FOUR_EYES = {}


@pytest.fixture
def planner() -> User:
    return StaffFactory(first_name="Ana", last_name="Ruiz", may=MAY)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(MONDAY - timedelta(days=1), tick=False) as traveller:
        yield traveller


def ramp(flag: Flag, planner: Any, steps: Any = RAMP) -> ChangePlan:
    return changes_plan(
        kind="flag",
        name=flag.name,
        steps=steps,
        zone="Europe/Berlin",
        reason="Launch",
        actor=planner,
    )


def now(toggle: Any) -> Any:
    toggle.refresh_from_db()
    return (toggle.everyone, toggle.percent) if isinstance(toggle, Flag) else toggle.active


def states(plan: ChangePlan) -> list[str]:
    return list(plan.changes.values_list("state", flat=True))


def told() -> list[tuple[str, str]]:
    queued_mails_send()
    found = [(each.to[0], f"{each.subject}\n{each.body}") for each in mail.outbox]
    mail.outbox.clear()
    return found


def test_a_ramp_over_a_week_is_done_step_by_step_and_exactly_once(
    clock: Any, planner: User
) -> None:
    owner = StaffFactory(may=MAY)
    flag = FlagFactory(owner=owner)
    plan = ramp(flag, planner)
    assert carry_out_planned_changes() == "No change was due."

    seen = []
    for hours in range(0, 7 * 24, 6):
        clock.move_to(MONDAY + timedelta(hours=hours))
        carry_out_planned_changes()
        carry_out_planned_changes()
        everyone, percent = now(flag)
        seen.append("all" if everyone else str(percent))

    assert seen == ["1.0"] * 4 + ["10.0"] * 4 + ["50.0"] * 4 + ["all"] * 16
    plan.refresh_from_db()
    assert (plan.state, states(plan)) == ("done", ["done"] * 4)
    # One row of the history for each change of the share, one for the end, by the planner and with the reason.
    rows = flag.history.filter(history_type="~").select_related("change_set")
    assert {row.change_set.actor_name for row in rows} == {"Ana Ruiz"}
    assert all(row.history_change_reason.startswith("Launch") for row in rows)
    assert rows.count() == Event.objects.filter(kind="flag_flip").count() == 4
    queued_mails_send()
    assert sorted(each.to[0] for each in mail.outbox) == sorted([owner.email, planner.email] * 4)


def test_for_a_while_and_then_back(clock: Any, planner: User) -> None:
    flag, switch = FlagFactory(percent=5), SwitchFactory(active=True)
    change_for_a_while(
        kind="flag", name=flag.name, becomes="on", minutes=30, reason="Try", actor=planner
    )
    change_for_a_while(
        kind="switch", name=switch.name, becomes="off", minutes=30, reason="Stop", actor=planner
    )
    assert (now(flag)[0], now(switch)) == (True, False)
    clock.shift(timedelta(minutes=29))
    carry_out_planned_changes()
    assert (now(flag)[0], now(switch)) == (True, False)
    clock.shift(timedelta(minutes=1))
    carry_out_planned_changes()
    assert (now(flag)[0], now(switch)) == (None, True)


def test_a_percentage_is_not_for_a_while_because_nothing_would_bring_the_old_one_back(
    clock: Any, planner: User
) -> None:
    flag = FlagFactory(percent=5)
    with pytest.raises(DomainError, match="Plan both changes"):
        change_for_a_while(
            kind="flag", name=flag.name, becomes="25", minutes=30, reason="Try", actor=planner
        )
    assert (now(flag)[0], str(now(flag)[1])) == (None, "5.0")


def test_after_two_days_away_the_last_change_is_done_late_and_the_others_skipped(
    clock: Any, planner: User
) -> None:
    flag = FlagFactory()
    plan = ramp(flag, planner)
    clock.move_to(MONDAY + timedelta(days=2, hours=5))

    carry_out_planned_changes()

    assert str(now(flag)[1]) == "50.0"
    assert states(plan) == ["skipped", "skipped", "done", "waiting"]
    skipped, _, done, _ = plan.changes.all()
    assert "50%" in skipped.message
    assert "late" in done.message


def touch_state(flag: Flag, actor: User) -> None:
    flag_set(name=flag.name, everyone=False, reason="Too slow.", actor=actor)


def touch_and_back(flag: Flag, actor: User) -> None:
    touch_state(flag, actor)
    flag_set(name=flag.name, everyone=None, reason="Well again", actor=actor)


def touch_targets(flag: Flag, actor: User) -> None:
    flag.organizations.add(OrganizationFactory())


def touch_by_sql(flag: Flag, actor: User) -> None:
    Flag.objects.filter(pk=flag.pk).update(percent=3)


def touch_protection(flag: Flag, actor: User) -> None:
    flag_protect(toggle=flag, is_protected=True, reason="Dear", actor=actor)


@pytest.mark.parametrize(
    "touch", [touch_state, touch_and_back, touch_targets, touch_by_sql, touch_protection]
)
@pytest.mark.parametrize("begun", [False, True], ids=["before the first", "in between"])
def test_a_hand_cancels_the_rest_and_the_owner_is_told(
    clock: Any, planner: User, touch: Any, begun: bool
) -> None:
    owner = StaffFactory(may=MAY)
    flag = FlagFactory(owner=owner)
    plan = ramp(flag, planner)
    if begun:
        clock.move_to(MONDAY)
        carry_out_planned_changes()
    told()
    touch(flag, StaffFactory(first_name="Bo", may=MAY))
    left = now(flag)

    # At once, and not only when the next change is due.
    carry_out_planned_changes()
    clock.move_to(MONDAY + timedelta(days=9))
    carry_out_planned_changes()

    plan.refresh_from_db()
    assert plan.state == "canceled"
    assert "changed it on" in plan.outcome
    assert not plan.outcome.endswith(".”.")
    assert states(plan) == (["done"] if begun else []) + ["canceled"] * (3 if begun else 4)
    assert now(flag) == left
    mails = told()
    assert sorted(to for to, _ in mails) == sorted([owner.email, planner.email])
    assert all("will not happen" in text for _, text in mails)


def test_what_a_hand_has_ended_does_not_stand_in_the_way_of_a_new_plan(
    clock: Any, planner: User
) -> None:
    flag = FlagFactory()
    before = ramp(flag, planner)
    touch_state(flag, StaffFactory(first_name="Bo", may=MAY))
    told()

    # No schedule has looked since.
    after = ramp(flag, planner)

    before.refresh_from_db()
    assert (before.state, after.state) == ("canceled", "waiting")
    assert "Too slow" in before.outcome
    assert planner.email in [to for to, _ in told()]


def test_a_note_or_an_owner_is_no_hand(clock: Any, planner: User) -> None:
    flag = FlagFactory()
    ramp(flag, planner)
    Flag.objects.filter(pk=flag.pk).update(note="Watch it", owner=planner, tags=["beta"])
    clock.move_to(MONDAY)
    carry_out_planned_changes()
    assert str(now(flag)[1]) == "1.0"


def deactivate(planner: User, flag: Flag) -> None:
    User.objects.filter(pk=planner.pk).update(status=User.Status.DEACTIVATED)


def take_permission(planner: User, flag: Flag) -> None:
    planner.user_permissions.clear()


def limit(planner: User, flag: Flag) -> None:
    User.objects.filter(pk=planner.pk).update(is_limited=True)


def delete(planner: User, flag: Flag) -> None:
    flag.delete()
    FlagFactory(name=flag.name)


@pytest.mark.parametrize(
    ("happens", "word"),
    [
        (deactivate, "deactivated"),
        (take_permission, "may no longer turn flags"),
        (limit, "may no longer turn flags"),
        (delete, "no longer exists"),
    ],
)
def test_what_makes_a_plan_impossible_cancels_it_with_a_word(
    clock: Any, planner: User, happens: Any, word: str
) -> None:
    flag, other = FlagFactory(), FlagFactory()
    plan = ramp(flag, planner)
    ramp(other, StaffFactory(may=MAY))
    happens(planner, flag)
    clock.move_to(MONDAY)

    carry_out_planned_changes()

    plan.refresh_from_db()
    assert plan.state == "canceled"
    assert word in plan.outcome
    assert not Flag.objects.filter(name=flag.name, percent=1).exists()
    # Nobody else's plan is held up.
    assert str(now(other)[1]) == "1.0"
    assert [text for _, text in told() if word in text]


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ([], "at least one"),
        ([Step(MONDAY - timedelta(days=2), "on")], "has passed"),
        ([Step(MONDAY - timedelta(days=1), "on")], "has passed"),
        ([Step(MONDAY, "on"), Step(MONDAY, "off")], "Two changes"),
        ([Step(MONDAY + timedelta(days=400), "on")], "a year ahead"),
        ([Step(MONDAY + timedelta(days=n), "on") for n in range(21)], "at most 20"),
        *(
            ([Step(MONDAY, word)], "can't become")
            for word in ("0", "-1", "101", "1.25", "NaN", "ten", "", "1e1000")
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_and_nothing_is_stored(
    clock: Any, planner: User, steps: Any, word: str
) -> None:
    with pytest.raises(DomainError, match=word):
        ramp(FlagFactory(), planner, steps)
    assert not ChangePlan.objects.exists()


def test_an_unknown_time_zone_is_refused(clock: Any, planner: User) -> None:
    with pytest.raises(DomainError, match="not a time zone"):
        changes_plan(
            kind="flag",
            name=FlagFactory().name,
            steps=RAMP,
            zone="Mars/Base",
            reason="x",
            actor=planner,
        )


def test_who_acted_as_the_planner_must_still_be_allowed_to(clock: Any, planner: User) -> None:
    may = [*MAY, "accounts.impersonate_user", "accounts.impersonate_and_write"]
    boss, other = StaffFactory(first_name="Ida", may=may), StaffFactory(may=may)
    flags = FlagFactory(), FlagFactory()
    for flag, real in zip(flags, (boss, other), strict=True):
        with audit_context(actor=planner, real_actor=real):
            ramp(flag, planner)
    User.objects.filter(pk=other.pk).update(status=User.Status.DEACTIVATED)
    clock.move_to(MONDAY)

    carry_out_planned_changes()

    assert [str(now(flag)[1]) for flag in flags] == ["1.0", "None"]
    row = flags[0].history.select_related("change_set").first()
    assert (row.change_set.actor_id, row.change_set.real_actor_id) == (planner.pk, boss.pk)
    assert "is deactivated" in ChangePlan.objects.get(toggle_id=flags[1].pk).outcome


def test_a_flag_has_one_plan_at_a_time_and_a_canceled_one_makes_room(
    clock: Any, planner: User
) -> None:
    flag = FlagFactory()
    plan = ramp(flag, planner)
    with pytest.raises(DomainError, match=r"next: 1% on Monday 2026-11-23 10:00 CET"):
        ramp(flag, planner)
    with pytest.raises(DomainError, match="planned already"):
        change_for_a_while(
            kind="flag", name=flag.name, becomes="on", minutes=5, reason="Try", actor=planner
        )
    assert now(flag) == (None, None)

    with pytest.raises(DomainError, match="reason"):
        plan_cancel(plan=plan, reason=" ", actor=planner)
    plan_cancel(plan=plan, reason="Not yet", actor=planner)
    with pytest.raises(DomainError, match="ended"):
        plan_cancel(plan=plan, reason="Again", actor=planner)
    ramp(flag, planner)


@pytest.mark.parametrize("fields", [{"may": ["flags.view_flag"]}, {"may": MAY, "is_limited": True}])
def test_who_may_not_turn_flags_plans_and_cancels_nothing(
    clock: Any, planner: User, fields: Any
) -> None:
    flag, actor = FlagFactory(), StaffFactory(**fields)
    plan = ramp(FlagFactory(), planner)
    for attempt in (
        lambda: ramp(flag, actor),
        lambda: plan_cancel(plan=plan, reason="No", actor=actor),
        lambda: change_for_a_while(
            kind="flag", name=flag.name, becomes="on", minutes=5, reason="x", actor=actor
        ),
    ):
        with pytest.raises((DomainError, MissingPermission)):
            attempt()
    assert ChangePlan.objects.filter(state="waiting").count() == 1


def test_one_approval_covers_a_whole_plan_of_a_protected_flag(
    clock: Any, planner: User, settings: Any
) -> None:
    settings.FOUR_EYES = {"flags": 0}
    second = StaffFactory(
        may=[*MAY, "accounts.decide_approvalrequest", "accounts.view_approvalrequest"]
    )
    flag, other, late = (FlagFactory(is_protected=True) for _ in range(3))
    requests = []
    for attempt in (
        lambda: ramp(flag, planner),
        lambda: change_for_a_while(
            kind="flag", name=other.name, becomes="on", minutes=30, reason="Try", actor=planner
        ),
        lambda: ramp(late, planner, [Step(MONDAY - timedelta(hours=23), "on")]),
        lambda: ramp(flag, planner, [Step(MONDAY, "on")]),
    ):
        with pytest.raises(ApprovalNeeded) as needed:
            attempt()
        requests.append(approval_ask(draft=needed.value.draft, reason="Launch", actor=planner))
    assert not ChangePlan.objects.exists()

    clock.shift(timedelta(hours=2))
    outcomes = [approval_approve(request=each, actor=second).state for each in requests[:3]]
    # The first change of the third was due before anybody approved it.
    assert outcomes == ["approved", "approved", "void"]
    with pytest.raises(DomainError, match="planned already"):
        approval_approve(request=requests[3], actor=second)
    assert now(other)[0] is True
    clock.move_to(MONDAY + timedelta(days=5))
    carry_out_planned_changes()
    assert (now(flag)[0], now(other)[0], now(late)[0]) == (True, None, None)


def test_canceling_a_protected_flags_plan_needs_the_same_approval(
    clock: Any, planner: User, settings: Any
) -> None:
    flag = FlagFactory(is_protected=True)
    plan = ramp(flag, planner)
    settings.FOUR_EYES = {"flags": 0}
    with pytest.raises(ApprovalNeeded):
        plan_cancel(plan=plan, reason="No", actor=planner)
    # Nobody had to approve it then, and somebody would have to now.
    clock.move_to(MONDAY)
    carry_out_planned_changes()
    plan.refresh_from_db()
    assert (plan.state, now(flag)) == ("failed", (None, None))


def test_a_change_that_fails_says_so_and_holds_up_no_other(clock: Any, planner: User) -> None:
    flag, other = FlagFactory(), FlagFactory()
    plan = ramp(flag, planner)
    ramp(other, planner)
    # What no service would write.
    plan.changes.filter(due_at=MONDAY).update(becomes="777")
    clock.move_to(MONDAY)

    carry_out_planned_changes()

    plan.refresh_from_db()
    assert (plan.state, states(plan)[0]) == ("failed", "failed")
    assert str(now(other)[1]) == "1.0"


def test_a_plan_ends_at_a_switch_too_and_a_task_may_plan(clock: Any) -> None:
    switch = SwitchFactory()
    steps = [Step(MONDAY, "on"), Step(MONDAY + timedelta(hours=1), "off")]
    changes_plan(kind="switch", name=switch.name, steps=steps, reason="Night", actor="command flag")
    clock.move_to(MONDAY)
    carry_out_planned_changes()
    assert now(switch) is True
    switch_set(name=switch.name, active=False, reason="Now", actor="command flag")
    switch_set(name=switch.name, active=True, reason="Now", actor="command flag")
    clock.move_to(MONDAY + timedelta(hours=1))
    carry_out_planned_changes()
    assert now(switch) is True
    with pytest.raises(DomainError, match="can't become"):
        changes_plan(
            kind="switch",
            name=switch.name,
            steps=[Step(MONDAY + timedelta(days=1), "50")],
            reason="x",
            actor=None,
        )


def test_the_database_keeps_one_waiting_plan_and_one_change_at_a_time(
    clock: Any, planner: User
) -> None:
    plan = ramp(FlagFactory(), planner)
    with pytest.raises(DatabaseError):
        PlannedChange.objects.create(plan=plan, due_at=MONDAY, becomes="off")
