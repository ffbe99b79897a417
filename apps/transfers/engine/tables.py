"""The tables of a run. Each run has its own: filled in one go, indexed for its pages, dropped whole.

`import_stage_N` holds the cleaned cells until the run has ended (unlogged: made again from the file
when it is lost), `import_plan_N` the plan, `import_made_N` the related records that the plan creates.
When these are cleaned up, `import_rows_N` keeps which row wrote which record, and the words of its choices.
The others live within the planning transaction alone.
"""

from typing import Any

from django.db import connection

from apps.transfers.declarations import DatasetResource
from apps.transfers.models import ImportRun


class Tables:
    def __init__(self, run_id: int) -> None:
        self.stage = f"import_stage_{run_id}"
        self.plan = f"import_plan_{run_id}"
        self.made = f"import_made_{run_id}"
        self.rows = f"import_rows_{run_id}"
        self.work = f"import_work_{run_id}"
        self.refused = f"import_refused_{run_id}"
        self.settled = f"import_settled_{run_id}"
        self._run_id = run_id

    def part(self, name: str) -> str:
        return f"import_part_{self._run_id}_{name}"

    def aside(self, name: str) -> str:
        return f"import_aside_{self._run_id}_{name}"

    def relation(self, column: str) -> str:
        return f"import_rel_{self._run_id}_{column}"

    def scratch(self, resource: type[DatasetResource]) -> list[str]:
        return [
            self.work,
            self.refused,
            self.settled,
            *(self.part(part.name) for part in resource.parts()),
            *(self.aside(part.name) for part in resource.parts() if part.undo),
            *(self.relation(name) for name, c in resource.columns().items() if c.relation),
        ]


def drop(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


def has_rows(name: str) -> bool:
    if not exists(name):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")
        return bool(cursor.fetchone()[0])


def run_tables_thin(run: ImportRun, resource: type[DatasetResource] | None) -> None:
    """Forget the rows of a run; its counts, its words and its place in the history stay."""
    tables = Tables(run.pk)
    if resource is not None and exists(tables.plan) and run.confirmed_at is not None:
        order = "seq" if run.plan_facts.get("late") else "number"
        names = [f"{what}_{part.name}" for part in resource.parts() for what in ("id", "op")]
        choices = [name for name, column in resource.columns().items() if column.choices]
        names += columns_of(tables.plan) & {f"{what}_{n}" for n in choices for what in "co"}
        drop(tables.rows)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {tables.rows} AS SELECT number, {', '.join(names)} FROM {tables.plan} "
                f"WHERE verdict IN ('create', 'update') AND outcome NOT IN ('drifted', 'refused') "
                f"AND {order} <= %s",
                [run.checkpoint],
            )
            for part in resource.parts():
                cursor.execute(
                    f"CREATE INDEX ON {tables.rows} (id_{part.name}) WHERE op_{part.name} IS NOT NULL"
                )
    drop(tables.stage, tables.plan, tables.made)


def columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped",
            [table],
        )
        return {name for (name,) in cursor.fetchall()}


def has_trash(model: Any) -> bool:
    return any(field.attname == "deleted_at" for field in model._meta.concrete_fields)


def alive(model: Any, alias: str) -> str:
    """SQL to go behind a condition: the record is not in the trash, where its model has one."""
    return f" AND {alias}.deleted_at IS NULL" if has_trash(model) else ""
