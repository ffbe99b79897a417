"""Tampering with the history, by somebody nothing stops, is found and reported."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit.models import Event, Seal, Verification
from apps.audit.proof import column_sets
from apps.audit.proof.seals import StillOpenError, seal
from apps.audit.proof.verify import audit_log_verify
from apps.projects.models import Task
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)

Hand = Callable[..., None]
HISTORY = "projects_historicaltask"


@pytest.fixture
def task() -> Task:
    """A task with a creation and three changes behind it."""
    task = TaskFactory(title="One")
    for title in ("Two", "Three", "Four"):
        task.title = title
        task.save()
    return task


def verify(*options: str) -> tuple[dict[str, Any], int]:
    out = StringIO()
    code = 0
    try:
        call_command("verify_audit", "--json", *options, stdout=out)
    except SystemExit as error:
        code = int(str(error.code))
    return json.loads(out.getvalue().splitlines()[-1]), code


def found(verdict: dict[str, Any]) -> set[tuple[str, str, int | None]]:
    return {(each["kind"], each["table"], each["position"]) for each in verdict["problems"]}


def positions(task: Task) -> list[int]:
    return list(task.history.order_by("history_id").values_list("history_id", flat=True))


def test_a_whole_trail_is_whole_and_is_sealed(task: Task) -> None:
    verdict, code = verify()

    assert (verdict["whole"], verdict["problems"], code) == (True, [], 0)
    assert Seal.objects.last().digest == verdict["digest"]
    assert Verification.objects.get().whole
    assert Event.objects.filter(kind="verification").exists()


def test_what_was_sealed_is_sealed_once(task: Task) -> None:
    verify()
    sealed = Seal.objects.count()
    task.delete()

    verdict, _ = verify()
    verdict, code = verify()

    assert code == 0
    assert Seal.objects.count() >= sealed + 1
    assert verdict["whole"]


class TestInWhatWasSealed:
    @pytest.fixture(autouse=True)
    def _sealed(self, task: Task) -> None:
        verdict, _ = verify()
        assert verdict["whole"]

    def test_an_edited_row(self, task: Task, as_superuser: Hand) -> None:
        edited = positions(task)[1]
        as_superuser(f"UPDATE {HISTORY} SET title = 'Lie' WHERE history_id = {edited}")

        verdict, code = verify()

        assert code == 1
        assert ("edited", HISTORY, edited) in found(verdict)

    def test_an_edited_reason(self, task: Task, as_superuser: Hand) -> None:
        edited = positions(task)[3]
        as_superuser(
            f"UPDATE {HISTORY} SET history_change_reason = 'Lie' WHERE history_id = {edited}"
        )

        assert ("edited", HISTORY, edited) in found(verify()[0])

    def test_an_edited_name_of_the_actor(self, task: Task, as_superuser: Hand) -> None:
        change_set = task.history.latest().change_set
        as_superuser(f"UPDATE audit_changeset SET actor_label = 'Lie' WHERE id = '{change_set.pk}'")

        assert ("edited", "audit_changeset", change_set.position) in found(verify()[0])

    def test_a_removed_row(self, task: Task, as_superuser: Hand) -> None:
        removed = positions(task)[1]
        as_superuser(f"DELETE FROM {HISTORY} WHERE history_id = {removed}")

        assert ("removed", HISTORY, removed) in found(verify()[0])

    def test_two_rows_in_each_others_place(self, task: Task, as_superuser: Hand) -> None:
        _, second, third, _ = positions(task)
        as_superuser(
            f"UPDATE {HISTORY} SET history_id = -1 WHERE history_id = {second}",
            f"UPDATE {HISTORY} SET history_id = {second} WHERE history_id = {third}",
            f"UPDATE {HISTORY} SET history_id = {third} WHERE history_id = -1",
        )

        problems = found(verify()[0])

        assert {("reordered", HISTORY, second), ("reordered", HISTORY, third)} <= problems

    def test_a_trail_cut_off_at_its_end(self, task: Task, as_superuser: Hand) -> None:
        last = positions(task)[-1]
        as_superuser(
            f"DELETE FROM {HISTORY} WHERE history_id = {last}",
            f"UPDATE projects_task SET title = 'Three' WHERE id = '{task.pk}'",
        )

        assert found(verify()[0]) == {("removed", HISTORY, last)}

    def test_a_deleted_record_with_all_that_was_known_of_it(
        self, task: Task, as_superuser: Hand
    ) -> None:
        as_superuser(f"DELETE FROM {HISTORY}", "DELETE FROM projects_task")

        verdict, code = verify()

        assert code == 1
        assert {kind for kind, table, _ in found(verdict) if table == HISTORY} == {"removed"}

    def test_a_row_slipped_in(self, task: Task, as_superuser: Hand) -> None:
        as_superuser(
            f"INSERT INTO {HISTORY} SELECT (h).* FROM (SELECT h FROM {HISTORY} h LIMIT 0) x",
            f"""INSERT INTO {HISTORY} (history_id, history_date, history_type, change_set_id, id,
                created_at, title, status, link)
                SELECT 0, history_date, '+', change_set_id, uuid7(), created_at, 'Lie', status, NULL
                FROM {HISTORY} LIMIT 1""",
        )

        assert ("inserted", HISTORY, 0) in found(verify()[0])

    def test_an_edited_seal(self, as_superuser: Hand) -> None:
        as_superuser("UPDATE audit_seal SET digest = repeat('0', 64)")

        assert {kind for kind, _, _ in found(verify()[0])} == {"seal"}

    def test_an_edited_block(self, as_superuser: Hand) -> None:
        as_superuser("UPDATE audit_sealblock SET digests[1] = uuid7()")

        assert "seal" in {kind for kind, _, _ in found(verify()[0])}

    def test_a_chain_cut_off_at_its_end(self, task: Task, as_superuser: Hand) -> None:
        as_superuser("DELETE FROM audit_sealblock", "DELETE FROM audit_seal")

        assert found(verify()[0]) == {("seal", "audit_seal", None)}

    def test_a_chain_made_anew_does_not_fit_the_file_outside(
        self, task: Task, as_superuser: Hand, tmp_path: Path
    ) -> None:
        file = tmp_path / "digests"
        verify("--digests-to", str(file))
        assert verify("--against", str(file))[1] == 0
        as_superuser(
            f"UPDATE {HISTORY} SET history_change_reason = 'Lie'",
            "DELETE FROM audit_sealblock",
            "DELETE FROM audit_seal",
            "DELETE FROM audit_verification",
        )

        verdict, code = verify("--against", str(file))

        assert code == 1
        assert {each["kind"] for each in verdict["problems"]} == {"digest"}

    def test_what_is_broken_is_not_sealed(self, task: Task, as_superuser: Hand) -> None:
        as_superuser(f"UPDATE {HISTORY} SET title = 'Lie'")
        sealed = Seal.objects.count()

        verify()
        _, code = verify()

        assert (code, Seal.objects.count()) == (1, sealed)


class TestBeforeTheFirstSeal:
    def test_an_edited_row_in_the_middle(self, task: Task, as_superuser: Hand) -> None:
        _, second, third, _ = positions(task)
        as_superuser(f"UPDATE {HISTORY} SET title = 'Lie' WHERE history_id = {second}")

        assert found(verify()[0]) == {("broken", HISTORY, third)}

    def test_a_row_removed_in_the_middle(self, task: Task, as_superuser: Hand) -> None:
        _, second, third, _ = positions(task)
        as_superuser(f"DELETE FROM {HISTORY} WHERE history_id = {second}")

        assert found(verify()[0]) == {("broken", HISTORY, third)}

    def test_a_creation_removed(self, task: Task, as_superuser: Hand) -> None:
        first, second, *_ = positions(task)
        as_superuser(f"DELETE FROM {HISTORY} WHERE history_id = {first}")

        assert found(verify()[0]) == {("removed", HISTORY, second)}

    def test_the_newest_row_edited_or_removed(self, task: Task, as_superuser: Hand) -> None:
        last = positions(task)[-1]
        as_superuser(f"UPDATE {HISTORY} SET title = 'Lie' WHERE history_id = {last}")
        assert ("differs", "projects_task", last) in found(verify()[0])

        as_superuser(f"DELETE FROM {HISTORY} WHERE history_id = {last}")
        assert {kind for kind, _, _ in found(verify()[0])} == {"differs"}

    def test_a_deletion_edited_or_removed(self, task: Task, as_superuser: Hand) -> None:
        task.delete()
        last = Task.history.latest().history_id
        as_superuser(f"UPDATE {HISTORY} SET title = 'Lie' WHERE history_id = {last}")
        assert found(verify()[0]) == {("broken", HISTORY, last)}

        as_superuser(f"DELETE FROM {HISTORY} WHERE history_id = {last}")
        assert {kind for kind, _, _ in found(verify()[0])} == {"missing"}

    def test_a_write_with_the_triggers_asleep(self, task: Task, as_superuser: Hand) -> None:
        as_superuser(f"UPDATE projects_task SET title = 'Lie' WHERE id = '{task.pk}'")

        assert {kind for kind, _, _ in found(verify()[0])} == {"differs"}

    def test_a_record_made_with_the_triggers_asleep(self, task: Task, as_superuser: Hand) -> None:
        as_superuser(
            f"INSERT INTO projects_task (title, project_id) VALUES ('Lie', '{task.project_id}')"
        )

        assert {kind for kind, _, _ in found(verify()[0])} == {"unrecorded"}

    @pytest.mark.parametrize(
        ("statement", "mend"),
        [
            (
                "ALTER TABLE projects_task DISABLE TRIGGER USER",
                "ALTER TABLE projects_task ENABLE TRIGGER USER",
            ),
            (
                "CREATE OR REPLACE FUNCTION audit_refuse_truncate(table_name name) RETURNS void"
                " LANGUAGE sql AS 'SELECT'",
                None,
            ),
        ],
    )
    def test_triggers_that_are_off_or_not_ours(
        self, statement: str, mend: str | None, as_superuser: Hand
    ) -> None:
        from apps.audit.functions import REFUSE_TRUNCATE

        as_superuser(statement)
        try:
            problems = found(verify()[0])
        finally:
            as_superuser(mend or REFUSE_TRUNCATE)

        assert {kind for kind, _, _ in problems} == {"trigger" if mend else "function"}


def test_an_open_transaction_keeps_the_seal_waiting(task: Task) -> None:
    import psycopg

    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]
    ) as other:
        other.execute("UPDATE projects_task SET title = 'Late'")

        with pytest.raises(StillOpenError):
            seal(wait=0.2)

    assert len(seal(wait=10)) == 1
    assert audit_log_verify().whole


def test_a_verification_that_may_not_seal_seals_nothing(task: Task) -> None:
    verify("--no-seal")

    assert not Seal.objects.exists()


def test_many_rows_make_many_blocks() -> None:
    project = ProjectFactory()
    Task.objects.bulk_create(Task(title=f"Task {n}", project=project) for n in range(2500))

    verdict, _ = verify()

    assert verdict["whole"]
    sizes = [len(block.positions) for block in Seal.objects.get().blocks.filter(table=HISTORY)]
    assert sizes == [1000, 1000, 500]


def test_shapes_are_written_when_they_change() -> None:
    from apps.audit.models import ColumnSet

    column_sets.record_column_sets()
    before = ColumnSet.objects.count()
    column_sets.record_column_sets()

    assert ColumnSet.objects.count() == before > 0


def test_everything_that_the_product_ships_with_is_whole() -> None:
    """Every audited table has rows then, of every type of key and column that there is."""
    call_command("load_reference", stdout=StringIO())
    call_command("seed_demo", "--members=20", stdout=StringIO(), stderr=StringIO())

    verdict, code = verify()

    assert (verdict["problems"], code) == ([], 0)
    assert verify()[1] == 0
