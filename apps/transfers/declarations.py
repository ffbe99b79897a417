"""How a dataset is declared: once, as an import-export `Resource` of `Column`s.

A row of a file is written as *parts*, in order: a row of members is first a person (`User`), then
a membership (`Membership`). Each part has a model, a natural key and fields, and each field takes its
value from a column, from a relation column (the id of the record that was found) or from an
earlier part (its id). The engine compiles the declaration to SQL; see `engine`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Model
from import_export.fields import Field
from import_export.resources import Resource
from psycopg.sql import Composable

from apps.core.fields import FoldedEmailField
from apps.transfers.rules import Impact, Rule, RuleView


class FieldKind(StrEnum):
    """The kind of a column, which decides how a cell is read."""

    TEXT = "text"
    EMAIL = "email"
    SLUG = "slug"
    CHOICE = "choice"
    RELATION = "relation"
    PHONE = "phone"
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    VERSION = "version"


class Blank(StrEnum):
    """The effect of an empty cell on an existing record."""

    LEAVE = "leave"
    CLEAR = "clear"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Relation:
    """Another record that a cell names.

    `by` are the model fields that a cell may hold, the first that finds something wins. `within`
    narrows the search: model field → relation column of the same row. `create` names the model
    field that a new record gets its cell in, when the agent allows to create what is missing, and `slug`
    the field that gets a slug of it.
    """

    model: str
    by: tuple[str, ...]
    within: Mapping[str, str] = field(default_factory=dict)
    create: str = ""
    slug: str = ""

    def is_folded(self, field: str) -> bool:
        """Tell whether the field stores folded addresses, so that words must be folded to find one."""
        return isinstance(apps.get_model(self.model)._meta.get_field(field), FoldedEmailField)

    @property
    def is_by_address(self) -> bool:
        """Whether a cell may only contain an e-mail address."""
        return all(map(self.is_folded, self.by))


class Column(Field):
    """One column of a dataset.

    `words` maps a choice's value to what customers write for it; case and punctuation do not count.
    `attribute` is the path from the dataset's model, for exports ("user__email"). `required`: a new
    record must have it; `needed`: no row at all can do without, as it tells which record is meant. `is_id`:
    a text whose digits count ("123.0" is 123, "1.2E+15" is refused). `check` is a rule that only
    Python can tell: it gets a batch of values as they were read ("2026-04-30", a choice's value),
    without blank and refused ones, and returns {index in the batch: why refused}.
    """

    def __init__(
        self,
        *,
        label: str,
        attribute: str,
        kind: FieldKind = FieldKind.TEXT,
        synonyms: Sequence[str] = (),
        required: bool = False,
        max_length: int | None = None,
        choices: Sequence[tuple[str, str]] = (),
        words: Mapping[Any, Sequence[str]] | None = None,
        relation: Relation | None = None,
        default: str = "",
        blank: Blank = Blank.LEAVE,
        clearable: bool = True,
        help_text: str = "",
        example: str = "",
        is_id: bool = False,
        needed: bool = False,
        multiline: bool = False,
        check: Callable[[Sequence[str]], Mapping[int, str]] | None = None,
    ) -> None:
        super().__init__(attribute=attribute)
        self.label = label
        self.kind = kind
        self.synonyms = tuple(synonyms)
        self.required = required or needed
        self.max_length = max_length
        self.choices = tuple(choices)
        self.words = dict(words or {})
        self.relation = relation
        self.initial = default
        self.blank = blank
        self.clearable = clearable and not self.required
        self.help_text = help_text
        self.example = example
        self.is_id = is_id
        self.needed = needed
        self.multiline = multiline
        self.check = check
        # Read from the model when the dataset is registered: the smallest and largest integer,
        # and a decimal's digits before and after its mark.
        self.bounds: tuple[int | None, int | None] = (None, None)
        self.digits: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return str(self.column_name)


@dataclass(frozen=True)
class Derived:
    """A value derived from another column when a record is created without one.

    `kind` "slug" makes a slug of column `source`, with a number appended if it is taken.
    """

    kind: str
    source: str


@dataclass(frozen=True)
class Part:
    """One record that a row writes.

    `fields` maps a model's column (`user_id`) to its source: a column's name, or `part:<name>` for
    an earlier part's id. `keys` are alternatives, tried in order: the first whose fields are all
    given finds the record. `derived` gives values to what is created, and so does `constants`: field →
    value. `unique` are the fields that no two living records share, beside the key.

    `undo` is what a created record that cannot be deleted is set to when its import is undone: field →
    value. `used_when` are fields that, once set, show that a created record is used by more than its rows
    (a person has signed in), so that an undo keeps it. `protected_because` says of the records that
    `locked_keys` names why they may not be changed, to go behind “because”.
    """

    name: str
    model: str
    label: str
    fields: Mapping[str, str]
    keys: tuple[tuple[str, ...], ...]
    derived: Mapping[str, Derived] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    undo: Mapping[str, Any] = field(default_factory=dict)
    used_when: tuple[str, ...] = ()
    protected_because: str = ""
    plural: str = ""

    def noun(self, number: int) -> str:
        """Return the label, singular or plural: "membership", "memberships", "people"."""
        return self.label if number == 1 else self.plural or f"{self.label}s"


VERSION = "record_version"


class DatasetResource(Resource):
    """Base of every dataset. `Meta`: `dataset`, `label`, `description`, `model`, `parts`, and where
    it has some `rules`, `impacts`, `keeps` and `undo_ignores`."""

    class Meta:
        abstract = True
        dataset = ""
        label = ""
        description = ""
        icon = "table"
        parts: tuple[Part, ...] = ()
        rules: tuple[Rule, ...] = ()
        impacts: tuple[Impact, ...] = ()
        keeps: tuple[Rule, ...] = ()
        undo_ignores: tuple[str, ...] = ()

    # Every export contains it; an import that contains it refuses rows whose record changed
    # since.
    record_version = Column(
        label="Record version",
        attribute="pk",
        kind=FieldKind.VERSION,
        max_length=12,
        clearable=False,
        help_text="Comes with an export; a row whose record has changed since is not overwritten.",
    )

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Return the declared columns in their order, the record's version last."""
        declared = {n: column for n, column in cls.fields.items() if isinstance(column, Column)}
        return {**{n: c for n, c in declared.items() if n != VERSION}, VERSION: declared[VERSION]}

    @classmethod
    def dataset(cls) -> str:
        return str(cls._meta.dataset)

    @classmethod
    def parts(cls) -> tuple[Part, ...]:
        return tuple(cls._meta.parts)

    @classmethod
    def model(cls) -> type[Model]:
        return cls._meta.model

    @classmethod
    def label(cls) -> str:
        return str(cls._meta.label)

    @classmethod
    def rules(cls) -> tuple[Rule, ...]:
        return tuple(cls._meta.rules)

    @classmethod
    def impacts(cls) -> tuple[Impact, ...]:
        return tuple(cls._meta.impacts)

    @classmethod
    def keeps(cls) -> tuple[Rule, ...]:
        """Rules of an undo: SQL of the rows of `view.plan` that must be kept."""
        return tuple(cls._meta.keeps)

    @classmethod
    def undo_ignores(cls) -> tuple[str, ...]:
        """Triggers that an undo bypasses, because `keeps` enforces their rule."""
        return tuple(cls._meta.undo_ignores)

    @classmethod
    def late(cls, view: RuleView) -> Composable | None:
        """Return an SQL condition on rows `p` of the plan that are applied after all others; None
        if the order does not matter.
        """
        return None
