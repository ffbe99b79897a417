"""History rows with simple-history's interface: readable, but only triggers write them.

PostgreSQL refuses writes as well. Here they are refused before the statement, in a sentence that
says what to do instead.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse
from simple_history.manager import HistoricalQuerySet, HistoryManager

from apps.audit.instance_attributes import refuse_unsupported
from apps.core.errors import DomainError

_FIXED = (
    "A row of the history never changes: PostgreSQL triggers write it together with the change. "
)
_REASON = (
    "Give the reason and the user before the change: set _change_reason and _history_user before save(), or "
    "write inside audit_context(actor=…, reason=…)."
)
_REMOVAL = "Old rows leave the history by manage.py trim_history, which proves and seals it first."


def refuse_late(records: Iterable[models.Model], *options: object) -> None:
    """Refuse bulk options that would be lost: triggers write the history, from the audit context.

    `options` are the user, the reason, the date, and the attributes from the caller.
    """
    late = any(options)
    for record in records:
        refuse_unsupported(record)
        late = late or any(
            getattr(record, name, None) for name in ("_change_reason", "_history_user")
        )
    if late:
        raise DomainError(
            "Bulk writes have their history from triggers, so a user, a reason, or a date comes too late "
            "here. Write inside “with audit_context(actor=…, reason=…):”, and call bulk_create() or "
            "bulk_update(); the history follows by itself."
        )


class HistoryRow(models.Model):
    """Base of every history model. simple-history and `History` add its columns."""

    instance_type: ClassVar[type[models.Model]]
    tracked_fields: ClassVar[tuple[models.Field, ...]]
    objects: ClassVar[models.Manager[Any]]
    history_id: int
    history_date: datetime
    history_type: str
    history_change_reason: str | None
    history_user_id: UUID | None
    change_set: Any
    hidden_changes: list[str] | None

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + _REASON)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + _REMOVAL)


class HistoryRowQuerySet(HistoricalQuerySet):
    """The queryset of `Model.history`."""

    def latest_of_each(self) -> "HistoryRowQuerySet":
        """Return the newest row of each record.

        The stock method compares dates, which two quick changes can share and a clock can set back.
        The position is unique, and the table has an index on key and position.
        """
        later = self.filter(
            **{self._pk_attr: OuterRef(self._pk_attr)}, history_id__gt=OuterRef("history_id")
        )
        return self.filter(~Exists(later.order_by()))

    def update(self, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + _REASON)

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + _REASON)

    def create(self, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + "Change the record itself. " + _REASON)

    def bulk_create(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_FIXED + "Change the record itself. " + _REASON)

    def delete(self) -> NoReturn:
        raise DomainError(_FIXED + _REMOVAL)

    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class HistoryRowManager(HistoryManager):
    """The manager behind `Model.history` and `record.history`."""

    def bulk_history_create(
        self,
        objs: Iterable[models.Model],
        batch_size: int | None = None,
        update: bool = False,
        default_user: object = None,
        default_change_reason: str | None = "",
        default_date: object = None,
        custom_historical_attrs: dict[str, Any] | None = None,
    ) -> None:
        """Check that the triggers wrote what the caller asks for.

        `bulk_create_with_history` and `bulk_update_with_history` call this after their write, so
        the rows already exist, and a reason or a user comes too late. The exception rolls the write
        back.
        """
        records = list(objs)
        refuse_late(
            records, default_user, default_change_reason, default_date, custom_historical_attrs
        )
        self._refuse_missing({record.pk for record in records})

    def _refuse_missing(self, keys: set[Any]) -> None:
        pk = self.model.instance_type._meta.pk.attname
        found = set(
            self.get_super_queryset()
            .filter(**{f"{pk}__in": keys})
            .order_by()
            .values_list(pk, flat=True)
        )
        if keys - found:
            name = self.model.instance_type._meta.verbose_name_plural
            raise DomainError(
                f"{len(keys - found):,} {name} have no history yet, and none can be written afterwards: it "
                "begins with the next change of each record."
            )


def savable(instance: models.Model) -> models.Model:
    """Let `save()` write an earlier state over the current record, or restore a deleted record.

    Our keys have defaults, so Django would only try to insert what looks like a new instance.
    """
    instance._state.adding = False
    return instance


def revert_url(row: HistoryRow) -> str:
    """Return the address of the page that reverts a record to `row`."""
    options = row.instance_type._meta
    try:
        return reverse(
            f"admin:{options.app_label}_{options.model_name}_revert",
            args=[getattr(row, options.pk.attname), row.history_id],
        )
    except NoReverseMatch:
        raise DomainError(
            f"There is no page that reverts a {options.verbose_name}. Give its model an admin with "
            "TimelineMixin and declare timeline_reverts for it."
        ) from None
