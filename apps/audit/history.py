"""The one line that makes a model audited: `history = History()`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.backends.utils import names_digest
from simple_history.models import HistoricalRecords

from apps.audit import triggers
from apps.audit.history_options import refuse_options
from apps.audit.history_rows import (
    HistoryRow,
    HistoryRowManager,
    HistoryRowQuerySet,
    revert_url,
    savable,
)
from apps.audit.instance_attributes import honor_instance_attributes


class History(HistoricalRecords):
    """simple-history's tables, models, and manager, with rows that PostgreSQL writes.

    `excluded_fields` are watched but never stored (a password hash): a change of one is a history
    row that names it in `hidden_changes`. `untracked_fields` are not even watched (a last sign-in).
    `masked_fields` are personal, and shown only to people who may see personal data.
    `erased_fields` are personal as well, but shown to everyone. Both are removed from the history
    when a person is anonymized. `history_id` is a position in one sequence over all tables, so that
    merged pages need one cursor.

    Raises TypeError for an option of `HistoricalRecords` that triggers cannot support.
    """

    def __init__(
        self,
        *,
        untracked_fields: list[str] | None = None,
        masked_fields: list[str] | None = None,
        erased_fields: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_options(kwargs)
        self.untracked_fields = list(untracked_fields or [])
        self.masked_fields = list(masked_fields or [])
        self.personal_fields = [*self.masked_fields, *(erased_fields or [])]
        self.hidden_fields = list(kwargs.get("excluded_fields") or [])
        kwargs["excluded_fields"] = self.hidden_fields + self.untracked_fields
        kwargs["history_id_field"] = models.BigIntegerField(primary_key=True)
        kwargs["bases"] = (*kwargs.get("bases", ()), HistoryRow)
        kwargs.setdefault("history_manager", HistoryRowManager)
        kwargs.setdefault("historical_queryset", HistoryRowQuerySet)
        kwargs.setdefault("user_db_constraint", False)
        kwargs.setdefault("history_change_reason_field", models.TextField(null=True))
        super().__init__(**kwargs)

    def _get_history_user_fields(self) -> dict[str, Any]:
        # Nothing may change a history row, so a user's key stays when the user is removed.
        fields: dict[str, Any] = super()._get_history_user_fields()
        fields["history_user"].remote_field.on_delete = models.DO_NOTHING
        fields["history_user"].db_index = False
        return fields

    def get_extra_fields(
        self, model: type[models.Model], fields: Mapping[str, models.Field]
    ) -> dict[str, Any]:
        stock: dict[str, Any] = super().get_extra_fields(model, fields)
        return {
            **stock,
            "instance": property(lambda row: savable(stock["instance"].fget(row))),
            "history_date": models.DateTimeField(),
            "change_set": models.ForeignKey(
                "audit.ChangeSet",
                on_delete=models.DO_NOTHING,
                db_constraint=False,
                null=True,
                related_name="+",
            ),
            "hidden_changes": ArrayField(models.TextField(), null=True),
            # A digest of the previous state. It must match the previous row, see `verify_audit`.
            "link": models.BigIntegerField(null=True),
            "revert_url": revert_url,
        }

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False  # `get_meta_options` has the one index per key that is read.
        return fields

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options: dict[str, Any] = super().get_meta_options(model)
        keys = [
            field.name
            for field in self.fields_included(model)
            if field.primary_key or (field.many_to_one and field.name in self._owners(model))
        ]
        options["ordering"] = ("-history_id",)
        options["get_latest_by"] = "history_id"
        options["default_permissions"] = ()
        # Rows are ordered by time, so a block range index costs next to nothing and finds a day
        # of them, or those older than one.
        options["indexes"] = [
            BrinIndex(
                fields=["history_date"],
                name=self._index_name(model, "date"),
                pages_per_range=32,
                autosummarize=True,
            )
        ]
        options["indexes"] += [
            models.Index(fields=[key, "history_id"], name=self._index_name(model, key))
            for key in keys
        ]
        return options

    def _owners(self, model: type[models.Model]) -> set[str]:
        """Return the cascading foreign keys: their targets' timelines show this model."""
        return {
            field.name
            for field in model._meta.fields
            if isinstance(field, models.ForeignKey) and not field.null
        }

    @staticmethod
    def _index_name(model: type[models.Model], key: str) -> str:
        digest = names_digest(model._meta.label_lower, key, length=6)
        return f"hist_{model._meta.model_name}"[:16] + f"_{key}"[:7] + digest

    def finalize(self, sender: type[models.Model], **kwargs: object) -> None:
        if self.cls is not sender and not (self.inherit and issubclass(sender, self.cls)):
            return
        super().finalize(sender, **kwargs)
        honor_instance_attributes(sender)
        add_triggers(sender, getattr(sender, self.manager_name).model, self)


@dataclass(frozen=True)
class Audited:
    """A model with a history, as the verification and the pages use it."""

    model: type[models.Model]
    history_model: type[models.Model]
    # The model, or our proxy of it, that has the triggers.
    carrier: type[models.Model]
    history: History

    @property
    def columns(self) -> list[str]:
        """Return the quoted columns that the live table and the history share."""
        left_out = {*self.history.hidden_fields, *self.history.untracked_fields}
        return triggers.tracked_columns(self.model, left_out)


audited: list[Audited] = []


def add_triggers(
    model: type[models.Model], history_model: type[models.Model], history: History
) -> None:
    """Register the triggers that write `history_model` on `model` (or on a proxy of it)."""
    owner = model._meta.concrete_model or model
    audited.append(Audited(owner, history_model, model, history))
    config: dict[str, Any] = {
        "history_table": history_model._meta.db_table,
        "hidden": history.hidden_fields,
        "untracked": history.untracked_fields,
    }
    pgtrigger.register(
        triggers.HistoryInsert(**config),
        triggers.HistoryUpdate(**config),
        triggers.HistoryDelete(**config),
        triggers.RefuseTruncate(),
        triggers.RefuseNewKey(key=str(model._meta.pk.column)),
    )(model)
    pgtrigger.register(
        triggers.AppendOnly(),
        triggers.RecordRemoval(position="history_id"),
        triggers.RecordRedaction(
            position="history_id",
            record=str(model._meta.pk.column),
            groups=personal_groups(model, history),
        ),
    )(history_model)


def personal_groups(model: type[models.Model], history: History) -> list[list[str]]:
    """Return the columns of a history table that may be redacted; those of one group together."""
    columns = [str(model._meta.get_field(name).column) for name in history.personal_fields]  # type: ignore[union-attr]
    return [*([columns] if columns else []), ["history_change_reason"]]


def personal_fields(model: type[models.Model]) -> frozenset[str]:
    """Return the fields of a model whose values are masked."""
    found = (each.history.masked_fields for each in audited if each.model is model)
    return frozenset(next(found, ()))


def audit_model(model: type[models.Model], *, app: str, **options: Any) -> type[models.Model]:
    """Audit a model that another package owns, such as `auth.Group` or a many-to-many's table.

    Call it in the `models.py` of our app `app` ("apps.accounts"), whose migrations then carry the
    history table and, on a proxy, the triggers. Returns the history model.
    """
    records = HistoryOfOthers(app_label=app.rpartition(".")[2], **options)
    records.manager_name = "history"
    records.module = f"{app}.models"
    records.cls = model
    records.finalize(model)
    return model.history.model  # type: ignore[attr-defined]


# (table, constraint): constraints that our migrations add to the tables of other packages.
added_constraints: list[tuple[str, models.BaseConstraint]] = []


def add_constraint(model: type[models.Model], constraint: models.BaseConstraint) -> None:
    """Declare a constraint that our migration adds to an audited table of another package."""
    added_constraints.append((model._meta.db_table, constraint))


class HistoryOfOthers(History):
    """A history whose triggers are on a proxy in our own app, so that our migrations contain them."""

    def __init__(self, *, app_label: str, **kwargs: Any) -> None:
        self.app_label = app_label
        super().__init__(**kwargs)

    def finalize(self, sender: type[models.Model], **kwargs: object) -> None:
        HistoricalRecords.finalize(self, sender, **kwargs)
        honor_instance_attributes(sender)
        meta = type(
            "Meta", (), {"proxy": True, "app_label": self.app_label, "default_permissions": ()}
        )
        name = f"Audited{sender._meta.object_name}"
        proxy = type(name, (sender,), {"__module__": self.module, "Meta": meta})
        add_triggers(proxy, sender.history.model, self)  # type: ignore[attr-defined]
