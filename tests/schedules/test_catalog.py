"""The catalog of tasks: typed arguments, the form made from them, and the time limit."""

import html
import json
from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.core.schedulable import SCHEDULABLE_TASKS, schedulable
from apps.core.task_arguments import Argument
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.services import schedule_run_now, schedule_update, schedules_load
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.forms import opened

pytestmark = pytest.mark.django_db
ADMIN = "admin:django_celery_beat_periodictask"


@schedulable(label="Typed", description="Takes one of each.", name="tests.typed")
def typed(
    place: Annotated[str, Argument("Place", "Where it is.")],
    size: Literal["small", "large"] = "small",
    most: Annotated[int, Argument("Most", least=1, most=50)] = 10,
    loud: bool = False,
    weeks: Literal[1, 2] = 1,
) -> str:
    return f"{place} {size} {most} {loud} {weeks}"


@schedulable(label="Overlong", description="Never ends by itself.", name="tests.overlong")
def overlong() -> str:
    # What Celery raises in the task when its time is up.
    raise SoftTimeLimitExceeded


@pytest.fixture
def root(client: Client) -> Any:
    user = SuperuserFactory()
    client.force_login(user)
    return user


def _text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def _new(**fields: object) -> dict[str, object]:
    return {
        "name": "Mine",
        "task": "tests.typed",
        "when": "daily at 07:00",
        "time_zone": "UTC",
        **fields,
    }


def test_the_form_has_a_field_for_each_argument_of_the_task(client: Client, root: Any) -> None:
    page = client.get(reverse(f"{ADMIN}_add"), {"task": "tests.typed"})
    fields = page.context["adminform"].form.fields
    names = [name.removeprefix("argument_") for name in fields if name.startswith("argument_")]
    assert names == ["place", "size", "most", "loud", "weeks"]
    assert "Where it is." in _text(page)
    assert not {"args", "kwargs"} & fields.keys()

    given = {"argument_place": "Hall", "argument_most": "3", "argument_loud": "on"}
    assert client.post(reverse(f"{ADMIN}_add"), _new(**given)).status_code == 302
    schedule = PeriodicTask.objects.get()
    assert json.loads(schedule.kwargs) == {"place": "Hall", "most": 3, "loud": True}

    url = reverse(f"{ADMIN}_change", args=[schedule.pk])
    changed = {**opened(client, url), "argument_size": "large", "argument_weeks": "2"}
    changed |= {"_reason": "More room"}
    assert client.post(url, changed).status_code == 302
    schedule.refresh_from_db()
    assert json.loads(schedule.kwargs) == {
        "place": "Hall",
        "size": "large",
        "most": 3,
        "loud": True,
        "weeks": 2,
    }


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "This field is required"),
        ({"argument_place": "Hall", "argument_most": "many"}, "Enter a whole number"),
        ({"argument_place": "Hall", "argument_most": "0"}, "greater than or equal to 1"),
        ({"argument_place": "Hall", "argument_most": "51"}, "less than or equal to 50"),
        ({"argument_place": "x" * 301}, "at most 300 characters"),
        ({"argument_place": "Hall", "argument_size": "huge"}, "huge is not one of the available"),
        ({"argument_place": "Hall", "argument_weeks": "3"}, "3 is not one of the available"),
    ],
)
def test_a_wrong_argument_is_refused_beside_its_field(
    client: Client, root: Any, given: dict[str, str], says: str
) -> None:
    page = client.post(reverse(f"{ADMIN}_add"), _new(**given))
    assert says in _text(page)
    # A task that was chosen without JavaScript shows its fields with the first answer.
    assert 'name="argument_place"' in page.content.decode()
    assert not PeriodicTask.objects.exists()


def test_another_task_takes_its_own_arguments_alone(root: Any) -> None:
    schedule = ScheduleFactory(task="tests.typed", kwargs='{"place": "Hall"}')
    schedule_update(schedule=schedule, task="tests.overlong", reason="Other", actor=root)
    schedule.refresh_from_db()
    assert (schedule.task, schedule.kwargs) == ("tests.overlong", "{}")


@pytest.mark.parametrize(
    ("kwargs", "why"),
    [
        ('{"place": 7}', "“Place” must be a text, not 7."),
        ('{"place": "Hall", "most": true}', "“Most” must be a whole number, not True."),
        ('{"place": "Hall", "size": "huge"}', "“Size” has no “huge”. Known: large, small."),
        ('{"place": "Hall", "most": 0}', "“Most” must be between 1 and 50, not 0."),
        ('{"place": "Hall", "most": 12345}', "“Most” must be between 1 and 50, not 12,345."),
        ('{"place": "Hall", "weeks": "1"}', "“Weeks” must be a whole number, not '1'."),
        ('{"place": "Hall", "weeks": 3}', "“Weeks” has no “3”. Known: 1, 2."),
        ('{"place": " "}', "“Place” must not be empty."),
        (f'{{"place": "{"x" * 301}"}}', "“Place” must have at most 300 characters, not 301."),
        ('{"place": "Hall", "colour": "red"}', "most, loud, weeks, and not colour."),
        ("{}", "It takes place, size, most, loud, weeks, and place is missing."),
        ("[]", "The arguments must be a JSON list, such as [], and a JSON object"),
    ],
)
def test_arguments_of_another_type_are_refused_wherever_they_come_from(
    client: Client, root: Any, kwargs: str, why: str
) -> None:
    ScheduleFactory(task="tests.typed", kwargs=kwargs)
    body = _text(client.get(reverse(f"{ADMIN}_changelist")))
    assert "Broken" in body
    assert why in body


def test_a_task_whose_arguments_no_form_can_ask_for_is_an_error_of_the_check() -> None:
    def odd(places: list[str]) -> str:
        return ""

    before = SCHEDULABLE_TASKS.plugs()
    schedulable(label="Odd", description="Takes a list.", name="tests.odd")(odd)
    try:
        with pytest.raises(SystemCheckError, match="no form can be made of “places"):
            call_command("check")
    finally:
        SCHEDULABLE_TASKS._plugs.pop("tests.odd")
    assert SCHEDULABLE_TASKS.plugs() == before


@pytest.mark.parametrize(
    ("kind", "default", "why"),
    [
        (Annotated[int, Argument("Days", least=7)], 5, "“Days” must be between 7 and"),
        (Literal["a", "b"], "c", "has no “c”"),
        (Literal["a", 1], "a", "no form can be made of"),
    ],
)
def test_a_default_that_the_form_would_refuse_is_an_error_of_the_check(
    kind: Any, default: object, why: str
) -> None:
    def odd(days: Any = default) -> str:
        return ""

    odd.__annotations__["days"] = kind
    with SCHEDULABLE_TASKS.changed():
        name = f"tests.odd_{abs(hash(why))}"
        schedulable(label="Odd", description="Odd.", name=name)(odd)
        with pytest.raises(SystemCheckError, match=why):
            call_command("check")


def test_the_retention_of_runs_is_an_argument(client: Client, root: Any) -> None:
    ended = timezone.now() - timedelta(days=10)
    TaskRunFactory(state="succeeded", ended_at=ended, message="Ten days old")
    young = TaskRunFactory(state="failed", ended_at=timezone.now())
    task = "apps.schedules.tasks.prune_task_runs"
    new = _new(task=task, argument_days="6", argument_runs="3000")
    page = client.post(reverse(f"{ADMIN}_add"), new)
    assert "greater than or equal to 7" in _text(page)

    assert client.post(reverse(f"{ADMIN}_add"), {**new, "argument_days": "9"}).status_code == 302
    schedule = PeriodicTask.objects.get(name="Mine")
    assert json.loads(schedule.kwargs) == {"days": 9, "runs": 3000}

    run = schedule_run_now(schedule=schedule, actor=root)
    current_app.tasks[task].apply(
        kwargs=run.arguments["kwargs"], headers={RUN_HEADER: run.pk}, throw=True
    )
    run.refresh_from_db()
    assert run.message == "1 run deleted."
    assert set(TaskRun.objects.values_list("pk", flat=True)) == {young.pk, run.pk}
    assert "days: 9, runs: 3000" in _text(
        client.get(reverse("admin:schedules_taskrun_change", args=[run.pk]))
    )


def test_the_catalog_lists_every_task_with_its_schedules(client: Client) -> None:
    schedules_load()
    user = StaffFactory()
    client.force_login(user)
    assert client.get(reverse(f"{ADMIN}_catalog")).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_periodictask"))
    page = client.get(reverse(f"{ADMIN}_catalog"))
    body = _text(page)
    for task in SCHEDULABLE_TASKS:
        assert task.label in body
        assert task.description in body
    shipped = PeriodicTask.objects.get(name="Close the week")
    assert reverse(f"{ADMIN}_change", args=[shipped.pk]) in body
    assert "Schedule it" not in body

    user.user_permissions.add(Permission.objects.get(codename="add_periodictask"))
    assert f"{reverse(f'{ADMIN}_add')}?task=tests.typed" in _text(
        client.get(reverse(f"{ADMIN}_catalog"))
    )


def test_a_run_over_its_time_limit_has_failed_and_says_so() -> None:
    task = current_app.tasks["tests.overlong"]
    assert task.soft_time_limit == 3600
    assert task.time_limit > task.soft_time_limit
    run = TaskRunFactory(task_name="tests.overlong")

    task.apply(headers={RUN_HEADER: run.pk}, throw=False)

    run.refresh_from_db()
    assert run.state == TaskRun.State.FAILED
    assert run.message == "It took longer than 60 min, so it was ended."


def test_a_queue_that_nobody_has_is_an_error_of_the_check() -> None:
    with SCHEDULABLE_TASKS.changed():
        schedulable(label="Lost", description="Waits.", name="tests.lost", queue="bluk")(overlong)
        with pytest.raises(SystemCheckError, match="names the queue “bluk”"):
            call_command("check")


def test_a_misspelled_declaration_of_a_task_is_refused() -> None:
    with pytest.raises(TypeError, match="is_idempotnt"):
        schedulable(label="Odd", description="Odd.", is_idempotnt=True)  # type: ignore[call-arg]
