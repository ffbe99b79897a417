"""The working tables of a run, and their columns: the one place that knows how they are named.

Each run has its own tables, filled in one go, indexed for its pages, dropped whole. N is the run's number.
A *cell* is a cleaned value of the file by dataset column ("" clears, NULL leaves as it is), a *word* what
the file itself says where that is not the value ("vice chair" for "admin"), *related* the key of the record
that a relation column names. *Derived* is a value made for a new record (a slug). A *part* is one of the
records that a row writes (see `declarations`).

From staging until the run has ended (unlogged: made again from the file when they are lost):

    import_stage_N        a row for each row of the file
        number int        the row's number in the file
        problems jsonb    why its cells cannot be imported: [{code, column, message, value, suggestion}]
        cause text        the code of the first of these
        cell_<column>, word_<column>, derived_<part>_<field> text

Within the transaction that plans (dropped at its end):

    import_work_N         the rows that are looked at: neither refused so far nor unchanged
        number; cell_<column>, word_<column>, related_<column> text; derived_<part>_<field>
    import_refused_N      number int, cause text, problem jsonb: a line for each refusal
    import_unchanged_N    number, id_<part>: rows that say what the records say already
    import_relation_N_<column>   a line for each different word of a relation column
        value; within_<column> uuid   the word, and the records within which it is looked up
        number, times     its first row, and in how many rows it stands
        n, id             how many records it means, and the one
        in_trash, suggestion
    import_part_N_<part>  a line for each different record of a part
        id, live          its key (a new one where it is not there yet), and whether it is there
        first, n          the row that writes it, and how many rows mean it
        found, clash      how many records the key finds, and whether the rows disagree
        alt               which of the part's alternative keys the rows give
        key_<field>, key<alternative>_<field>   what it is found by
        new_<field> text  what the rows say; now_<field>: what the record holds
        made_<field>      derived values
    import_deactivated_N_<part>  records that an undo, or a person, has deactivated
        id; back: this import reactivates it; since, who, reason

Until its rows are forgotten:

    import_plan_N         a row for each row of the file: what is confirmed, applied, and undone
        number, seq       the row, and its place where some rows are applied late
        verdict           create, update, unchanged, refused, duplicate, skipped
        outcome           "" (as planned), drifted, refused, kept, erased
        cause, problems   why it is not applied; of an update, the columns that change
        changes jsonb     {column: [before, after]} of an update
        before jsonb      {part: {field: value}}: what the records held when the plan was made
        cell_<column>, word_<column>, related_<column>, derived_<part>_<field>
        id_<part>, op_<part>   the record, and what the row does to it: 'c' creates, 'u' updates, NULL nothing
    import_made_N         related records that the plan creates
        id, relation, value, derived_slug, number (the first row), outcome ("", applied, undone)

When these are dropped:

    import_rows_N         number, id_<part>, op_<part> of the rows that were applied, and the cells and words
                          of its choice columns

A class below stands for a row of such a table under an alias; its methods name the columns.
"""

from dataclasses import dataclass

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.sql import execute, value


class Table(Identifier):
    """A table by its name; in SQL it stands for itself."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Tables:
    """The tables of one run."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self.stage = Table(f"import_stage_{run_id}")
        self.work = Table(f"import_work_{run_id}")
        self.refused = Table(f"import_refused_{run_id}")
        self.unchanged = Table(f"import_unchanged_{run_id}")
        self.plan = Table(f"import_plan_{run_id}")
        self.made = Table(f"import_made_{run_id}")
        self.rows = Table(f"import_rows_{run_id}")

    def relation(self, column: str) -> Table:
        return Table(f"import_relation_{self._run_id}_{column}")

    def part(self, name: str) -> Table:
        return Table(f"import_part_{self._run_id}_{name}")

    def deactivated(self, part: str) -> Table:
        return Table(f"import_deactivated_{self._run_id}_{part}")

    def of_planning(self, resource: type[DatasetResource]) -> list[Table]:
        """Return the tables that live while the plan is made."""
        return [
            self.work,
            self.refused,
            self.unchanged,
            *(self.part(part.name) for part in resource.parts()),
            *(self.deactivated(part.name) for part in resource.parts() if part.undo),
            *(self.relation(name) for name, c in resource.columns().items() if c.relation),
        ]


class Name(Identifier):
    """A column, with the alias of its row if there is one; `name` is the column's alone."""

    def __init__(self, alias: str, name: str) -> None:
        super().__init__(*((alias, name) if alias else (name,)))
        self.name = name


@dataclass(frozen=True)
class Row:
    """A row under an alias; with the alias "", its columns by themselves."""

    alias: str

    def column(self, name: str) -> Name:
        return Name(self.alias, name)

    @property
    def number(self) -> Name:
        return self.column("number")


class StageRow(Row):
    """A row of the staging table."""

    def cell(self, column: str) -> Name:
        return self.column(f"cell_{column}")

    def word(self, column: str) -> Name:
        return self.column(f"word_{column}")

    def derived(self, part: str, field: str) -> Name:
        return self.column(f"derived_{part}_{field}")


class WorkRow(StageRow):
    """A row that planning looks at."""

    def related(self, column: str) -> Name:
        return self.column(f"related_{column}")


class PlanRow(WorkRow):
    """A row of the plan; of what remains of one, its records and choices."""

    def id(self, part: str) -> Name:
        return self.column(f"id_{part}")

    def op(self, part: str) -> Name:
        return self.column(f"op_{part}")

    def creates(self, part: str) -> Composable:
        """SQL condition: the row creates its record of the part."""
        return SQL("{} = 'c'").format(self.op(part))

    def updates(self, part: str) -> Composable:
        return SQL("{} = 'u'").format(self.op(part))

    def writes(self, part: str) -> Composable:
        return SQL("{} IS NOT NULL").format(self.op(part))

    def changes_column(self, column: str) -> Composable:
        """SQL condition: the update changes this column (or reactivates, see `reactivation`)."""
        return SQL("jsonb_exists({}, {})").format(self.column("changes"), Literal(column))

    def before(self, column: str) -> Composable:
        """SQL of the text that an update finds in a column."""
        return SQL("{}->{}->>0").format(self.column("changes"), Literal(column))

    def after(self, column: str) -> Composable:
        """SQL of the text that an update writes into a column."""
        return SQL("{}->{}->>1").format(self.column("changes"), Literal(column))


class UnchangedRow(Row):
    """A row of the file that changes nothing."""

    def id(self, part: str) -> Name:
        return self.column(f"id_{part}")


class RelationLine(Row):
    """A word of a relation column."""

    def within(self, column: str) -> Name:
        return self.column(f"within_{column}")


class PartLine(Row):
    """A record that the rows mean."""

    @property
    def id(self) -> Name:
        return self.column("id")

    def key(self, field: str, alternative: int | None = None) -> Name:
        """The field's value that the record is found by; `alternative` where the part has several keys."""
        return self.column(f"key{'' if alternative is None else alternative}_{field}")

    def new(self, field: str) -> Name:
        return self.column(f"new_{field}")

    def now(self, field: str) -> Name:
        return self.column(f"now_{field}")

    def made(self, field: str) -> Name:
        return self.column(f"made_{field}")


# Columns of a plan that hold what a person wrote, or what a record held.
_FIXED = ("number", "seq", "verdict", "outcome", "cause")
_KEYS = ("id_", "op_", "related_")


def holds_no_words(column: str) -> bool:
    """Tell whether a column holds only numbers, keys, and words of the engine."""
    return column in _FIXED or column.startswith(_KEYS)


def holds_id(column: str) -> bool:
    return column.startswith("id_")


def drop(*tables: Table) -> None:
    for table in tables:
        execute(SQL("DROP TABLE IF EXISTS {}").format(table))


def exists(table: Table) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table.name])
        return bool(cursor.fetchone()[0])


def has_rows(table: Table) -> bool:
    return exists(table) and bool(value(SQL("SELECT EXISTS (SELECT FROM {})").format(table)))


def columns_of(table: Table) -> dict[str, str]:
    """Return the columns of a table with their types."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, atttypid::regtype::text FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table.name],
        )
        return dict(cursor.fetchall())
