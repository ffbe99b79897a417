"""Rules and impacts of a dataset: SQL over what an import has staged, resolved, and planned.

They are functions of a `RuleView` that return a statement of `psycopg.sql`, or None where they have nothing
to say about this file. The columns of the view's tables are named by the row classes of `engine.schema`:

    membership = PartLine("s")
    SQL("SELECT s.first AS number FROM {memberships} s WHERE {role} = 'owner'").format(
        memberships=view.records("membership"), role=membership.new("role"))
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from psycopg.sql import Composable


class RuleView(Protocol):
    """What a rule may see of an import.

    While the plan is made (rules of an import): `staged`, `records`, `is_refused`, `comes_back`. Once there is
    a plan (impacts, the order of rows, rules of an undo): `plan`.
    """

    @property
    def given(self) -> Collection[str]:
        """The dataset's columns that the file gives."""

    @property
    def actor(self) -> Any:
        """The importing user; None is a command, which may see and do everything."""

    @property
    def confirmed_at(self) -> datetime | None:
        """When the plan was confirmed; None until then."""

    @property
    def staged(self) -> Composable:
        """The table with a row for each row of the file (`StageRow`): `number`, `problems`, cells."""

    @property
    def plan(self) -> Composable:
        """The table with what each row does (`PlanRow`): `number`, `verdict`, `changes`, cells, records."""

    def records(self, part: str) -> Composable:
        """The table with a line for each different record of a part (`PartLine`): `id`, `live` (it is there
        already), `first` (the row that writes it), `clash` (rows disagree), what the rows say and what it
        holds now."""

    def is_refused(self, line: str) -> Composable:
        """SQL condition: the row that writes the record of the line with this alias is refused already."""

    def comes_back(self, part: str, key: Composable) -> Composable:
        """SQL condition: this import reactivates the part's record with this key."""

    def as_read(self, column: str, text: Composable) -> Composable:
        """SQL of a stored text as an import would read it from an export."""


@dataclass(frozen=True)
class Rule:
    """A rule of the domain over a whole plan, as SQL that returns the `number`s of refused rows.

    `column` is the one that the problem is shown at. `label` says in few words what is wrong, for the totals
    ("last owner"); where it is "", the second half of the code is used.
    """

    code: str
    column: str
    message: str
    sql: Callable[[RuleView], Composable | None]
    label: str = ""


@dataclass(frozen=True)
class Impact:
    """A sentence of the blast radius: SQL that returns one number, and how it is said.

    From `threshold` on the agent must type the number; None means never. Where `says` is given, `sql`
    returns several numbers, of which the first counts, and `says` makes the sentence of all of them.
    """

    code: str
    one: str
    many: str
    sql: Callable[[RuleView], Composable | None]
    threshold: int | None = None
    says: Callable[[Sequence[int]], str] | None = None

    def sentence(self, numbers: Sequence[int]) -> str:
        if self.says is not None:
            return self.says(numbers)
        return (self.one if numbers[0] == 1 else self.many).format(n=f"{numbers[0]:,}")
