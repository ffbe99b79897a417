"""The triggers by which the database itself keeps what is under legal hold.

A model names them once, with the relations through which a hold on something else covers its records:

    triggers = [*keeps_held("project", "project__organization")]

A deletion takes a lock that it shares with other deletions, and a new hold takes it alone. So a hold waits
for the deletions that are under way, and those after it see it.
"""

from typing import Any

import pgtrigger
from django.db.models import Model

from apps.audit.triggers.sql import AuditTrigger, TriggerModel, quoted
from apps.core.model_meta import column_name, model_field, related_model

RULE = "legal_hold"
LOCK = 7_207_141_905
_HOLDS = "holds_legalhold"
_REFUSE = f"""
    RAISE EXCEPTION 'a record under legal hold, or what belongs to one, cannot be deleted or moved away'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = '{RULE}';
"""


class HeldTrigger(AuditTrigger):
    """`paths` are look-ups of relations; a hold on what they lead to covers the record."""

    def __init__(self, *paths: str, **options: Any) -> None:
        self.paths = paths
        super().__init__(**options)

    def keys(self, model: TriggerModel, alias: str) -> list[str]:
        """Return the SQL of the keys by which a row is held: its own, and those of what it belongs to."""
        own = f"{alias}.{quoted(str(model._meta.pk.column))}"
        return [own, *(_key(model, path, alias) for path in self.paths)]


def _key(model: TriggerModel, path: str, alias: str) -> str:
    name, _, rest = path.partition("__")
    column = f"{alias}.{quoted(column_name(model, name))}"
    if not rest:
        return column
    above = related_model(model_field(model, name))
    found = _key(above, rest, "above")
    pk = quoted(str(above._meta.pk.column))
    return f"(SELECT {found} FROM {quoted(above._meta.db_table)} above WHERE above.{pk} = {column})"  # noqa: S608


class KeepsHeld(HeldTrigger):
    """Refuses a statement that deletes a held row."""

    name = "keeps_held"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="old_rows")

    def get_func(self, model: TriggerModel) -> str:
        found = " OR ".join(
            f"EXISTS (SELECT 1 FROM old_rows o JOIN {_HOLDS} h ON h.subject_id = {key}"  # noqa: S608
            " WHERE h.lifted_at IS NULL)"
            for key in self.keys(model, "o")
        )
        return f"""
            PERFORM pg_advisory_xact_lock_shared({LOCK});
            IF EXISTS (SELECT 1 FROM {_HOLDS} WHERE lifted_at IS NULL) AND ({found}) THEN
                {_REFUSE}
            END IF;
            RETURN NULL;
        """  # noqa: S608


class KeepsHeldInPlace(HeldTrigger):
    """Refuses to move a held row to another parent, from where it could be deleted."""

    name = "keeps_held_in_place"
    level = pgtrigger.Row
    when = pgtrigger.Before

    def __init__(self, *paths: str) -> None:
        self.names = [path for path in paths if "__" not in path]
        columns = [f"{name}_id" for name in self.names]
        super().__init__(*paths, operation=pgtrigger.UpdateOf(*columns))

    def get_condition(self, model: TriggerModel) -> pgtrigger.Condition:
        columns = [quoted(column_name(model, name)) for name in self.names]
        return pgtrigger.Condition(
            " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        )

    def get_func(self, model: TriggerModel) -> str:
        keys = ", ".join(self.keys(model, "OLD"))
        return f"""
            PERFORM pg_advisory_xact_lock_shared({LOCK});
            IF EXISTS (
                SELECT 1 FROM {_HOLDS} WHERE lifted_at IS NULL AND subject_id IN ({keys})
            ) THEN
                {_REFUSE}
            END IF;
            RETURN NEW;
        """  # noqa: S608


class KeepsHeldPerson(HeldTrigger):
    """Refuses to remove the personal data of a held person, whose row is never deleted."""

    name = "keeps_held_person"
    level = pgtrigger.Row
    when = pgtrigger.Before

    def __init__(self, *, removed_domain: str) -> None:
        self.end = f"@{removed_domain}"
        super().__init__(operation=pgtrigger.UpdateOf("email"))

    def get_condition(self, model: Model | type[Model]) -> pgtrigger.Condition:
        is_removed = f"right({{}}.email, {len(self.end)}) = '{self.end}'"
        return pgtrigger.Condition(f"{is_removed.format('NEW')} AND NOT {is_removed.format('OLD')}")

    def get_func(self, model: TriggerModel) -> str:
        return f"""
            PERFORM pg_advisory_xact_lock_shared({LOCK});
            IF EXISTS (
                SELECT 1 FROM {_HOLDS} WHERE lifted_at IS NULL AND subject_id = OLD.id
            ) THEN
                {_REFUSE}
            END IF;
            RETURN NEW;
        """  # noqa: S608


class HoldStays(AuditTrigger):
    """A hold is lifted, never deleted or changed to another record; one that was lifted stays so."""

    name = "stays"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: TriggerModel) -> str:
        return f"""
            IF TG_OP = 'INSERT' THEN
                PERFORM pg_advisory_xact_lock({LOCK});
                RETURN NEW;
            END IF;
            IF TG_OP = 'UPDATE' AND OLD.subject_id = NEW.subject_id
                AND OLD.subject_type = NEW.subject_type AND OLD.set_at = NEW.set_at
                AND (OLD.lifted_at IS NULL OR OLD.lifted_at IS NOT DISTINCT FROM NEW.lifted_at)
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'a legal hold can only be lifted'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'legal_hold_stays';
        """


def keeps_held(*paths: str) -> list[HeldTrigger]:
    """Return the triggers of a model whose records a hold keeps; see this module's docstring."""
    return [KeepsHeld(*paths), *([KeepsHeldInPlace(*paths)] if paths else [])]
