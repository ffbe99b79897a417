"""What a domain declares of a bulk action: to which records it applies, and how it changes them.

    class SetTaskStatus(BulkAction):
        code = "projects.set_task_status"
        model = "projects.Task"
        permission = "projects.change_task"
        label, done = "Set status", "changed"
        changes = ("status",)

        def skips(self, actor, values):
            yield Skip(Q(status=values["status"]), "It already has this status.")

        def after(self, values):
            return {"status": values["status"]}

The ModelAdmin offers it: `set_status = bulk_action(SET_TASK_STATUS, form_class=StatusForm)`. The engine
plans, locks, compares, and writes in chunks; an action never sees a record by itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.port import Registry
from apps.core.wording import counted

type Values = Mapping[str, Any]
# The class of an action's form, a `BulkForm` of the admin.
type FormClass = Callable[..., Any]


@dataclass(frozen=True)
class Skip:
    """A condition in SQL, and the sentence about a record that meets it."""

    when: Any
    because: str


class BulkAction:
    """One kind of change to many records. `values` are the cleaned fields of the action's form.

    `changes` names the fields that it writes: their values are shown before and after, and an undo
    restores them. `is_undoable` is False for what an undo cannot take back, such as an e-mail; then
    `why_not_undoable` says so.
    """

    code: ClassVar[str]
    model: ClassVar[str]
    permission: ClassVar[str]
    label: ClassVar[str]
    # Ends the sentence of the result: "12 people deactivated."
    done: ClassVar[str]
    changes: ClassVar[tuple[str, ...]] = ()
    explanation: ClassVar[str] = ""
    reason: ClassVar[str] = "required"
    is_undoable: ClassVar[bool] = True
    # Whether an undo gives `changes` their values back; otherwise `undo` does all of it.
    gives_back: ClassVar[bool] = True
    why_not_undoable: ClassVar[str] = ""
    # Whether the records are gone afterward. Then the number of them is typed to confirm it.
    deletes: ClassVar[bool] = False

    @property
    def records(self) -> type[Model]:
        return apps.get_model(self.model)

    def seen(self, actor: Actor) -> QuerySet[Any]:
        """Return the records that `actor` may undo it for."""
        rows: Any = self.records._default_manager
        found: QuerySet[Any] = rows.all().for_actor(actor)
        return found

    def refuse(self, actor: Actor) -> None:
        """Raise DomainError for an actor who may not do this to any record, before a reason is asked."""

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        """Yield which records stay as they are, and why. The first condition that a record meets counts.

        Without values, because the form is not filled in yet, only what does not depend on them.
        """
        return ()

    def after(self, values: Values) -> Mapping[str, Any]:
        """Return the values that the records get, by field."""
        return {}

    def lock(self, keys: Sequence[UUID]) -> None:
        """Take the locks that must come before those of the records themselves."""

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        """Change locked records that no skip applies to, in few statements."""
        records.update(**self.after(values))

    def undo(self, records: QuerySet[Any], *, actor: Actor, reason: str) -> None:
        """Take back what `apply` did besides `changes`, which are restored already."""

    def consequences(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        """Yield what to know before it is confirmed, such as who gets an e-mail. Must be bounded."""
        return ()

    def summary(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        """Yield what the plan says of all records that will change, such as what goes along.

        A worker asks once, when it makes the plan, so that this may count. It must name no person.
        """
        return ()

    def mailed(self, number: int) -> str:
        """Return who gets an e-mail if `number` records change; nothing if nobody does."""
        return ""

    def result(self, number: int) -> str:
        return f"{counted(number, self.records)} {self.done}."


@dataclass(frozen=True)
class Offered:
    """An action with the form that asks for its values."""

    action: BulkAction
    form_class: FormClass
    # Whether a fresh factor is asked for before it is confirmed.
    sudo: bool = False

    @property
    def code(self) -> str:
        return self.action.code


BULK_ACTIONS = Registry[Offered](
    "bulk actions", "what can be done to many records at once", key=attrgetter("code")
)


def offered(code: str) -> Offered:
    """Return an action by its code. The admin must be loaded, which declares them."""
    found = BULK_ACTIONS.get(code)
    if found is None:
        raise DomainError(f"The bulk action “{code}” no longer exists.")
    return found


def label_of(code: str) -> str:
    """Return the label of an action; the code of one that no longer exists."""
    found = BULK_ACTIONS.get(code)
    return found.action.label if found else code
