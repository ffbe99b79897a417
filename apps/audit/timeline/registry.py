"""How timelines describe models: their names, their verbs, and whose timeline also shows them.

An app says it in its `timeline.py`, imported when it starts; a higher app adds its models to the
timeline of a lower one:

    timeline_label(Membership, "{user} in {organization}", created="created as {role}")
    timeline_includes(Organization, Membership, by="organization", subject="{user}",
                      created="added {user} as {role}", deleted="removed {user} (was {role})")

In a sentence `{field}` stands for the record's value as people read it: a person's name, a choice's
label. It is taken from the history row, so it also holds for records that are gone.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from apps.audit.history import personal_fields
from apps.audit.origins import RunKind
from apps.core.actors import PermissionHolder

type AnyModel = type[models.Model]


@dataclass(frozen=True)
class Label:
    """The name of a model's records, and the verbs for creating and deleting them."""

    text: str | Callable[[Any], str]
    created: str = "created"
    deleted: str = "deleted"
    # The foreign key to the record with the page, if the model itself has none.
    page: str = ""


@dataclass(frozen=True)
class Inclusion:
    """A model whose entries are shown on its owner's timeline."""

    owner: AnyModel
    member: AnyModel
    by: str
    subject: str
    created: str
    deleted: str


labels: dict[AnyModel, Label] = {}
inclusions: dict[AnyModel, list[Inclusion]] = {}
personal: dict[AnyModel, tuple[frozenset[str], str]] = {}


def timeline_label(
    model: AnyModel,
    text: str | Callable[[Any], str],
    *,
    created: str = "created",
    deleted: str = "deleted",
    page: str = "",
) -> None:
    """Declare the name of a record of `model`; a callable gets the record or one of its history rows."""
    labels[model] = Label(text, created, deleted, page)


def timeline_includes(
    owner: AnyModel, member: AnyModel, *, by: str, subject: str, created: str, deleted: str
) -> None:
    """Show the entries of `member` on the timeline of the record that its key `by` points to.

    `by` must be indexed together with `history_id`, as `History` does for every key that cannot be
    empty.
    """
    known = inclusions.setdefault(owner, [])
    inclusion = Inclusion(owner, member, by, subject, created, deleted)
    if inclusion not in known:
        known.append(inclusion)


def timeline_personal(model: AnyModel, *, permission: str) -> None:
    """Hide the values that the model's history declares as masked from people without `permission`."""
    personal[model] = (personal_fields(model), permission)


@dataclass(frozen=True)
class RunRow:
    """What a run wrote a record from: "row 217 of roster.csv", the address where the viewer can see it
    ("" where they cannot), and what its words meant, by the model's field."""

    text: str
    url: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


type Wanted = dict[tuple[str, AnyModel], list[Any]]
type Rows = Callable[[Wanted, PermissionHolder], dict[tuple[str, str], RunRow]]


@dataclass(frozen=True)
class Runs:
    """The pages of the runs behind changes."""

    url: Callable[[str], str]
    rows: Rows | None


runs: dict[RunKind, Runs] = {}


def timeline_runs(
    kind: RunKind,
    *,
    url: Callable[[str], str],
    rows: Rows | None = None,
) -> None:
    """Declare the page of a run of `kind` ("import" or "task").

    `rows` returns, by (run, key as text), the file row that a record was written from, for keys by
    (run, model) and the viewer.
    """
    runs[kind] = Runs(url, rows)


@dataclass(frozen=True)
class RevertRule:
    """How a record of a model is reverted to an earlier state."""

    fields: tuple[str, ...]
    # The service that writes the values; without one they are validated and saved.
    by: Callable[..., Any] | None = None


reversions: dict[AnyModel, RevertRule] = {}


def timeline_reverts(model: AnyModel, *fields: str, by: Callable[..., Any] | None = None) -> None:
    """Offer *Revert to this* on records of `model`, for these fields.

    `apply(record, values, actor=…, reason=…)` gets the locked record and the differing values by
    field name; it raises `DomainError` to refuse. A model without a declaration cannot be reverted,
    and `manage.py check` asks for this or for `timeline_never_reverts`.
    """
    reversions[model] = RevertRule(fields or _fields_of(model, by), by)


def _fields_of(model: AnyModel, service: Callable[..., Any] | None) -> tuple[str, ...]:
    names = {field.name for field in model._meta.concrete_fields}
    return tuple(
        name for name in (inspect.signature(service).parameters if service else ()) if name in names
    )


never_reverted: dict[AnyModel, str] = {}


def timeline_never_reverts(*models: AnyModel, because: str) -> None:
    """Offer no *Revert to this* on records of these models."""
    never_reverted.update(dict.fromkeys(models, because))
