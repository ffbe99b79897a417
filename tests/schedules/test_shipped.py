"""The schedules that come with the product: sentences, checked, and created once."""

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.core.schedulable import schedulable
from apps.schedules.services import schedule_delete, schedules_load
from apps.schedules.shipping import Ship
from apps.schedules.timing import timing_of
from apps.schedules.when_in_words import with_zone
from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db


@schedulable(label="Greet", description="Takes a name.", name="tests.greet")
def greet(name: str) -> str:
    return f"Hello {name}"


WEEKLY = Ship(
    "Mine",
    task="tests.greet",
    arguments={"name": "Ada"},
    when="Mondays at 07:00 Europe/Berlin",
)


@pytest.fixture
def root() -> User:
    return SuperuserFactory()


def test_each_shipped_schedule_is_created_as_its_sentence_says(settings: LazySettings) -> None:
    settings.SCHEDULES = [WEEKLY]
    assert schedules_load() == ["Mine"]
    stored = PeriodicTask.objects.get(name="Mine")
    assert stored.task == "tests.greet"
    assert stored.kwargs == '{"name": "Ada"}'
    assert with_zone(timing_of(stored)) == "Mondays at 07:00 Europe/Berlin"


def test_the_product_ships_what_its_own_file_says(settings: LazySettings) -> None:
    assert schedules_load() == [shipped.name for shipped in settings.SCHEDULES]
    assert PeriodicTask.objects.count() == len(settings.SCHEDULES)


def test_what_operations_changed_renamed_or_deleted_stays_so(root: User) -> None:
    schedules_load()
    changed = PeriodicTask.objects.get(name="Expire invitations")
    PeriodicTask.objects.filter(pk=changed.pk).update(enabled=False, description="Ours")
    PeriodicTask.objects.filter(name="Close the week").update(name="Monday's numbers")
    schedule_delete(schedule=PeriodicTask.objects.get(name="Delete old sessions"), actor=root)
    names = set(PeriodicTask.objects.values_list("name", flat=True))

    assert schedules_load() == []

    changed.refresh_from_db()
    assert (changed.enabled, changed.description) == (False, "Ours")
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == names
    assert not names & {"Close the week", "Delete old sessions"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            Ship("Mine", task="audit.verify_audit_logs", when="daily at 07:00"),
            "“audit.verify_audit_logs” is not a declared task. Known: accounts.",
        ),
        (
            Ship("Mine", task="audit.verify_audit_log", when="dayly at 07:00"),
            "“dayly” is not a day",
        ),
        (Ship("Mine", task="audit.verify_audit_log", when="every 5 seconds"), "10 seconds"),
        (
            Ship(
                "Mine",
                task="tests.greet",
                arguments={"nmae": "Ada"},
                when="every minute",
            ),
            "takes name",
        ),
        (
            Ship(
                "Mine",
                task="schedules.prune_task_runs",
                arguments={"days": 3},
                when="daily at 03:40",
            ),
            "“Days” must be between 7 and 3,650, not 3.",
        ),
    ],
)
def test_a_misspelled_task_sentence_or_argument_is_an_error_of_the_check(
    settings: LazySettings, wrong: Ship, says: str
) -> None:
    call_command("check")
    settings.SCHEDULES = [wrong]
    with pytest.raises(SystemCheckError) as refused:
        call_command("check")
    assert "“Mine” in config/schedules.py" in str(refused.value)
    assert says in str(refused.value)


def test_two_shipped_schedules_of_one_name_are_an_error_of_the_check(
    settings: LazySettings,
) -> None:
    settings.SCHEDULES = [WEEKLY, WEEKLY]
    with pytest.raises(SystemCheckError, match="Two schedules in config"):
        call_command("check")
