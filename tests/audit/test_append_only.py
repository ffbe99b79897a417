"""Nothing that the application can say changes or removes a row of the trail, but for trimming it."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.functions import FUNCTIONS
from apps.audit.models import ChangeSet, Event, Removal, Seal
from apps.audit.proof.verify import audit_log_verify
from apps.audit.retention import history_trim
from apps.core.errors import DomainError
from apps.projects.models import Task
from tests.factories.projects import TaskFactory


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


FORBIDDEN: dict[str, Callable[[], object]] = {
    "change history": lambda: sql("UPDATE projects_historicaltask SET title = 'Lie'"),
    "change no history at all": lambda: sql(
        "UPDATE projects_historicaltask SET title = 'Lie' WHERE title = 'None'"
    ),
    # What Django offers refuses by itself; this is what save() stands on.
    "save a history row": lambda: Task.history.latest().save_base(force_update=True),
    "delete history": lambda: sql("DELETE FROM projects_historicaltask"),
    "add to history": lambda: sql(
        "INSERT INTO projects_historicaltask SELECT * FROM projects_historicaltask"
    ),
    "empty history": lambda: sql("TRUNCATE projects_historicaltask"),
    "change a change set": lambda: ChangeSet.objects.update(actor_label="Lie"),
    "delete a change set": lambda: sql("DELETE FROM audit_changeset"),
    "add a change set": lambda: sql(
        "INSERT INTO audit_changeset SELECT * FROM audit_changeset LIMIT 0"
    ),
    "change an event": lambda: Event.objects.update(kind="sign_in"),
    "delete an event": lambda: Event.objects.all().delete(),
    "change a removal": lambda: Removal.objects.update(reason="Lie"),
    "change a seal": lambda: Seal.objects.update(digest="Lie"),
    "delete a seal": lambda: sql("DELETE FROM audit_seal"),
    "delete a seal in a retention's name": lambda: sql(
        "SELECT set_config('audit.retention', 'Old.', true); DELETE FROM audit_seal"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses_to(what: str) -> None:
    TaskFactory()
    Event.objects.create(kind="sign_in")

    with pytest.raises(DatabaseError, match="the audit log is append-only"), transaction.atomic():
        FORBIDDEN[what]()


@pytest.mark.django_db
def test_an_event_cannot_claim_another_time_or_place() -> None:
    event = Event.objects.create(kind="sign_in", id=1, at="2001-01-01T00:00Z", change_set_id=None)

    stored = Event.objects.get()
    assert stored.pk != 1 or event.pk == 1
    assert timezone.now() - stored.at < timedelta(minutes=5)
    assert stored.change_set is not None


@pytest.mark.django_db(transaction=True)
class TestRetention:
    @pytest.fixture
    def task(self) -> Task:
        task = TaskFactory(title="One")
        task.title = "Two"
        task.save()
        TaskFactory(title="Gone", project=task.project).delete()
        return task

    def test_what_is_old_goes_what_still_counts_stays_and_the_trail_is_whole(
        self, task: Task
    ) -> None:
        out = StringIO()

        call_command(
            "trim_history",
            f"--before={timezone.now() + timedelta(days=2):%Y-%m-%d}",
            "--reason=Kept long enough.",
            stdout=out,
        )

        assert list(Task.history.values_list("title", flat=True)) == ["Two"]
        removal = Removal.objects.get(table="projects_historicaltask")
        assert (removal.rows, len(removal.positions)) == (3, 3)
        assert removal.reason == "Kept long enough."
        assert "projects_historicaltask: 3 rows" in out.getvalue()
        assert Event.objects.filter(kind="retention").exists()
        assert audit_log_verify().problems == []
        assert audit_log_verify().problems == []

    def test_what_is_young_stays(self, task: Task) -> None:
        rows = Task.history.count()

        assert (
            history_trim(before=timezone.now() - timedelta(days=1), reason="Old.", actor="x") == []
        )
        assert Task.history.count() == rows

    def test_a_row_removed_besides_is_still_missed(
        self, task: Task, as_superuser: Callable[..., None]
    ) -> None:
        history_trim(before=timezone.now() + timedelta(days=1), reason="Old.", actor="x")
        task.title = "Three"
        task.save()
        as_superuser("DELETE FROM projects_historicaltask WHERE title = 'Two'")

        assert {problem.kind for problem in audit_log_verify().problems} >= {"removed"}

    def test_a_hand_that_uses_the_exception_is_written_down(self, task: Task) -> None:
        with transaction.atomic():
            sql("SELECT set_config('audit.retention', 'I felt like it.', true)")
            sql("DELETE FROM projects_historicaltask WHERE title = 'One'")

        removal = Removal.objects.get()
        assert (removal.rows, removal.reason) == (1, "I felt like it.")
        assert removal.database_role == "quarterdeck"

    def test_without_a_reason_nothing_goes(self, task: Task) -> None:
        with pytest.raises(DomainError, match="A reason is required"):
            history_trim(before=timezone.now(), reason=" ", actor="x")
        with pytest.raises(CommandError, match="A reason is required"):
            call_command("trim_history", "--before=2030-01-01", "--reason= ")

    def test_from_a_trail_that_is_not_whole_nothing_goes(
        self, task: Task, as_superuser: Callable[..., None]
    ) -> None:
        as_superuser("DELETE FROM projects_historicaltask WHERE title = 'One'")
        rows = Task.history.count()

        with pytest.raises(DomainError, match="isn't complete"):
            history_trim(before=timezone.now() + timedelta(days=1), reason="Old.", actor="x")
        assert Task.history.count() == rows


@pytest.mark.django_db
def test_no_setting_lets_a_database_that_is_not_a_tests_be_emptied() -> None:
    # The suite's own flush says "this is a test's database"; the name must say so too.
    guards = [FUNCTIONS["audit_guard"], FUNCTIONS["audit_refuse_truncate"]]
    with connection.cursor() as cursor:
        for guard in guards:
            cursor.execute(guard.replace("'test_'", "'another_name_'"))
        cursor.execute("SELECT set_config('audit.flush', current_database(), true)")
        for table in ("audit_event", "organizations_organization"):
            with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table} CASCADE")
