"""Turns the database's refusals into sentences for people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from apps.core.errors import DomainError
from apps.core.port import Registry


@dataclass(frozen=True)
class TriggerRule:
    """What a trigger refuses: the name that it gives as the constraint, and the sentence for people."""

    name: str
    sentence: str


TRIGGER_RULES = Registry[TriggerRule](
    "trigger rules", "what triggers refuse, in words", key=attrgetter("name")
)


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """Turn a violated constraint into a `DomainError` with the constraint's own message.

    The block runs in a savepoint, so the transaction around it stays usable. A deferred constraint
    is checked only at the commit, and so is not covered. A constraint without a message is passed
    on.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = _message(error)
        if message is None:
            raise
        raise DomainError(message) from error


def validated(instance: models.Model) -> None:
    """Run a model's own validation; what it finds becomes one `DomainError`."""
    for field in instance._meta.concrete_fields:
        value = instance.__dict__.get(field.attname)
        if isinstance(value, str) and "\x00" in value:
            raise DomainError(f"The {field.verbose_name} contains a NUL character. Remove it.")
    try:
        instance.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error


def validated_fields(instance: models.Model, names: Iterable[str]) -> None:
    """Run the validation of these fields alone; what it finds becomes one `DomainError`."""
    fields = [field.name for field in instance._meta.concrete_fields]
    try:
        instance.clean_fields(exclude=set(fields) - set(names))
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error


def _message(error: IntegrityError) -> str | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return sentence_of(getattr(diagnosis, "table_name", None), name) if name else None


def sentence_of(table: str | None, name: str) -> str | None:
    """Return the sentence for a violated constraint of a table; None if nothing is known.

    Two transactions that write one unique value at once both find it free; the database refuses the
    second.
    """
    if rule := TRIGGER_RULES.get(name):
        return rule.sentence
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            default = constraint.default_violation_error_message
            if constraint.name == name and constraint.violation_error_message != default:
                return str(constraint.violation_error_message)
        if model._meta.db_table != table:
            continue
        for field in model._meta.local_concrete_fields:
            if field.unique and _is_unique_constraint(name, f"{table}_{field.column}"):
                said = model().unique_error_message(model, (field.name,))
                return " ".join(said.messages)
    return None


def _is_unique_constraint(name: str, stem: str) -> bool:
    """Tell whether a constraint makes the column unique, as PostgreSQL or Django names it."""
    return name == f"{stem}_key" or (name.startswith(f"{stem}_") and name.endswith("_uniq"))
