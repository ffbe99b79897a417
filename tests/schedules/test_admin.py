"""The pages of schedules, their times and their runs."""

import html
from datetime import timedelta
from typing import Any

import pytest
from celery.signals import import_modules
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.audit.models import Event
from apps.schedules.models import ShippedSchedule, TaskRun
from apps.schedules.services import schedule_set_owner, schedule_update, schedules_load
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.forms import save

pytestmark = pytest.mark.django_db
LIST = "admin:django_celery_beat_periodictask_changelist"
SWEEP = "apps.schedules.tasks.prune_task_runs"


def _change(thing: Any) -> str:
    meta = thing._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[thing.pk])


def _action(schedule: PeriodicTask, name: str) -> str:
    return reverse(f"admin:django_celery_beat_periodictask_{name}", args=[schedule.pk])


@pytest.fixture
def root(client: Client) -> Any:
    user = SuperuserFactory()
    client.force_login(user)
    return user


def _staff(client: Client, *codenames: str) -> Any:
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def _data(page: Any, **changed: Any) -> dict[str, Any]:
    form = page.context["adminform"].form
    data = {
        name: value
        for name in form.fields
        if (value := form.get_initial_for_field(form.fields[name], name)) not in (None, False)
    }
    return {**data, **changed}


def test_the_list_says_when_and_how_it_went_last(client: Client, root: Any) -> None:
    schedule = ScheduleFactory(name="Nightly sweep")
    TaskRunFactory(schedule=schedule, state=TaskRun.State.FAILED)
    last = TaskRunFactory(schedule=schedule, state=TaskRun.State.SUCCEEDED)

    body = client.get(reverse(LIST)).content.decode()

    assert "Every hour" in body
    assert "Clean up old task runs" in body
    assert "Succeeded" in body
    assert _change(last) in body


def test_a_list_does_not_import_the_tasks_again_for_each_row(client: Client, root: Any) -> None:
    imports: list[object] = []

    def count(**_: object) -> None:
        imports.append(1)

    for _ in range(3):
        TaskRunFactory(schedule=ScheduleFactory())
    import_modules.connect(count)

    client.get(reverse(LIST))
    client.get(reverse("admin:schedules_taskrun_changelist"))

    import_modules.disconnect(count)
    assert len(imports) <= 1


def test_the_form_offers_declared_tasks_alone(client: Client, root: Any) -> None:
    page = client.get(reverse("admin:django_celery_beat_periodictask_add"))
    offered = dict(page.context["adminform"].form.fields["task"].choices)
    assert SWEEP in offered
    assert not any(name.startswith("celery.") for name in offered)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"task": "os.system"}, "os.system is not one of the available choices"),
        ({"when": ""}, "This field is required"),
        ({"when": "whenever"}, "“whenever” is not understood. Write, for example"),
        ({"when": "every 5 seconds"}, "The shortest interval is 10 seconds"),
        ({"when": "once on 2020-01-01 at 09:00"}, "is in the past"),
        ({"when": "cron: 99 * * * *"}, "“99” is not a minute of a crontab"),
    ],
)
def test_a_schedule_that_could_not_run_is_not_stored(
    client: Client, root: Any, fields: dict[str, str], says: str
) -> None:
    data = {
        "name": "Mine",
        "task": SWEEP,
        "when": "every hour",
        "time_zone": "Europe/Berlin",
        "enabled": "on",
        **fields,
    }
    page = client.post(reverse("admin:django_celery_beat_periodictask_add"), data)
    assert says in html.unescape(page.content.decode())
    assert not PeriodicTask.objects.exists()


def test_a_change_needs_a_reason_and_leaves_its_event(client: Client, root: Any) -> None:
    schedule = ScheduleFactory()
    data = _data(client.get(_change(schedule)), description="For the night")

    refused = save(client, _change(schedule), data)
    assert "A reason is required" in refused.content.decode()
    schedule.refresh_from_db()
    assert schedule.description == ""

    save(client, _change(schedule), {**data, "_reason": "Nobody knew"})
    schedule.refresh_from_db()
    assert schedule.description == "For the night"
    event = Event.objects.get(kind="schedule_change")
    assert event.reason == "Nobody knew"
    assert event.data["changes"] == {"description": ["", "For the night"]}
    assert schedule.history.latest("history_id").history_change_reason == "Nobody knew"


def test_run_now_is_asked_and_then_done(
    client: Client, sent: list, django_capture_on_commit_callbacks: Any
) -> None:
    user = _staff(client, "view_periodictask", "run_task", "view_taskrun")
    schedule = ScheduleFactory(enabled=False)

    assert client.get(_action(schedule, "run_now")).status_code == 200
    assert not TaskRun.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(_action(schedule, "run_now"), {"reason": "A customer waits"})

    run = TaskRun.objects.get()
    assert run.started_by == user
    assert len(sent) == 1
    event = Event.objects.get(kind="task_run_now")
    assert (event.data["run"], event.reason) == (run.pk, "A customer waits")


def test_run_now_is_refused_without_its_permission(client: Client, sent: list) -> None:
    _staff(client, "view_periodictask", "change_periodictask")
    page = client.post(_action(ScheduleFactory(), "run_now"), {"reason": "Mine"})
    assert page.status_code == 403
    assert not TaskRun.objects.exists()


def test_disabling_and_enabling_ask_for_the_right_to_change(client: Client) -> None:
    schedule = ScheduleFactory()
    _staff(client, "view_periodictask", "run_task")
    assert client.post(_action(schedule, "disable"), {"reason": "Mine"}).status_code == 403

    _staff(client, "view_periodictask", "change_periodictask")
    client.post(_action(schedule, "disable"), {"reason": "Too much mail"})
    schedule.refresh_from_db()
    assert not schedule.enabled

    client.post(_action(schedule, "enable"), {"reason": "Mended"})
    schedule.refresh_from_db()
    assert schedule.enabled
    assert timezone.now() - schedule.last_run_at < timedelta(minutes=1)


def test_where_a_schedule_came_from_is_shown(client: Client, root: Any) -> None:
    schedules_load()
    shipped = PeriodicTask.objects.first()
    retired = ScheduleFactory(name="Of old")
    ShippedSchedule.objects.create(name="Of old")
    own = ScheduleFactory(name="Our own")

    for schedule, word in (
        (shipped, "Shipped"),
        (retired, "No longer shipped"),
        (own, "Made here"),
    ):
        assert f">{word}<" in client.get(_change(schedule)).content.decode()


def test_the_list_names_the_owner_of_each_schedule(
    client: Client, root: Any, django_assert_max_num_queries: Any
) -> None:
    schedules = [ScheduleFactory() for _ in range(2)]
    owner = StaffFactory(
        first_name="Olga", last_name="Owens", may=["django_celery_beat.view_periodictask"]
    )
    schedule_set_owner(schedule=schedules[0], owner=owner, actor=root)
    schedule_update(schedule=schedules[1], description="Mine", reason="Now", actor=root)

    with django_assert_max_num_queries(25):
        page = client.get(reverse(LIST))

    shown = {one.pk: one.owner for one in page.context["cl"].result_list}
    assert shown[schedules[0].pk]["first_name"] == "Olga"
    assert shown[schedules[1].pk]["first_name"] == root.first_name
    assert "Olga Owens" in page.content.decode()
    assert str(root) in page.content.decode()


def test_the_number_of_runs_links_to_these_runs(client: Client, root: Any) -> None:
    schedule = ScheduleFactory(total_run_count=5000)
    runs = [
        TaskRunFactory(schedule=schedule, state="succeeded", is_frequent=True) for _ in range(3)
    ]
    TaskRunFactory()
    page = client.get(_change(schedule)).content.decode()
    url = f"{reverse('admin:schedules_taskrun_changelist')}?schedule__id__exact={schedule.pk}"
    assert f'href="{url}"' in page
    found = client.get(url).context["cl"].result_list
    assert {run.pk for run in found} == {run.pk for run in runs}


def test_runs_can_be_looked_at_and_not_edited(client: Client, root: Any) -> None:
    run = TaskRunFactory(state=TaskRun.State.FAILED, message="ValueError: no")
    gone = TaskRunFactory()
    gone.schedule.delete()

    body = client.get(reverse("admin:schedules_taskrun_changelist")).content.decode()
    assert "ValueError: no" in body
    assert f"{gone.schedule_name} (deleted)" in body

    assert client.get(_change(run)).status_code == 200
    assert client.post(_change(run), {"message": "All well"}).status_code == 403
    assert client.get(reverse("admin:schedules_taskrun_add")).status_code == 403
    delete = reverse("admin:schedules_taskrun_delete", args=[run.pk])
    assert client.post(delete, {"reason": "x"}).status_code == 403
    assert TaskRun.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize(
    "query", ["?enabled=1", "?enabled=0", f"?task={SWEEP}", "?task=-", "?q=night"]
)
def test_the_filters_of_schedules_answer(client: Client, root: Any, query: str) -> None:
    ScheduleFactory()
    assert client.get(reverse(LIST) + query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?state__exact=lost",
        "?source=person",
        "?source=schedule",
        f"?task={SWEEP}",
        "?q=x",
        "?frequent=hidden",
        "?state__exact=missed",
    ],
)
def test_the_filters_of_runs_answer(client: Client, root: Any, query: str) -> None:
    TaskRunFactory()
    url = reverse("admin:schedules_taskrun_changelist")
    assert client.get(url + query).status_code == 200


def test_frequent_successes_are_hidden_and_counted_until_somebody_asks(
    client: Client, root: Any
) -> None:
    for _ in range(3):
        quiet = TaskRunFactory(state="succeeded", message="No mail was waiting.", is_frequent=True)
    TaskRunFactory(state="failed", message="ValueError: no", is_frequent=True)
    TaskRunFactory(state="skipped", reason="Run 1 was still running.", is_frequent=True)
    TaskRunFactory(state="succeeded", message="Verified.")
    url = reverse("admin:schedules_taskrun_changelist")

    body = " ".join(client.get(url).content.decode().split())
    assert "3 successful runs of frequent schedules are hidden" in body
    assert "No mail was waiting." not in body
    for shown in ("ValueError: no", "Run 1 was still running.", "Verified."):
        assert shown in body

    for query in (
        "?frequent=shown",
        "?state__exact=succeeded",
        f"?schedule__id__exact={quiet.schedule.pk}",
    ):
        body = client.get(url + query).content.decode()
        assert "are hidden" not in body, query
        assert "No mail was waiting." in body, query


def test_a_deleted_schedule_leaves_its_runs_and_an_event(client: Client, root: Any) -> None:
    run = TaskRunFactory()
    url = reverse("admin:django_celery_beat_periodictask_delete", args=[run.schedule.pk])

    client.post(url, {"reason": "Nobody reads it"})

    assert not PeriodicTask.objects.exists()
    run.refresh_from_db()
    assert run.schedule is None
    event = Event.objects.get(kind="schedule_change")
    assert (event.data["what"], event.reason) == ("deleted", "Nobody reads it")
