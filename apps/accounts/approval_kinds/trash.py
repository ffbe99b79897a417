"""The actions of the trash that need approval: the same for every model with a trash."""

from typing import Any

from django.db.models import Model, QuerySet, TextField

from apps.accounts.approvals.records import OnRecords
from apps.core.actors import Actor
from apps.core.models import SoftDeletableModel
from apps.core.trash.moves import Counts
from apps.core.trash.proxies import has_trash_proxy, models_with_trash, trash_proxy_of
from apps.core.trash.reach import reach_of_purge, reach_of_trash
from apps.core.trash.services import records_purge, records_trash, trash_action


def trash_actions() -> list[OnRecords]:
    """Return the two actions of each model with a trash: moving many records to it, and deleting for good."""
    return [
        action
        for model in models_with_trash()
        if has_trash_proxy(model)
        for action in (_purging(model), _trashing(model))
    ]


def _purging(model: type[SoftDeletableModel]) -> OnRecords:
    return OnRecords(
        kind=trash_action("purge", model),
        label=f"Delete {model._meta.verbose_name_plural} for good",
        word="purge",
        permission=trash_action("purge", model),
        records=lambda: _records(model),
        service=_purge,
        reach=reach_of_purge,
        sentence="Delete {} for good",
        done="deleted for good",
        shown=(*_shown(model), "deleted_at", "deleted_by"),
        after="deleted",
        consequences=("This can't be undone.",),
        url_name=_page(trash_proxy_of(model)),
    )


def _trashing(model: type[SoftDeletableModel]) -> OnRecords:
    return OnRecords(
        kind=trash_action("trash", model),
        label=f"Move many {model._meta.verbose_name_plural} to the trash",
        permission=trash_action("delete", model),
        records=lambda: _records(model),
        service=_trash,
        reach=reach_of_trash,
        sentence="Move {} to the trash",
        done="moved to the trash",
        shown=_shown(model),
        url_name=_page(model),
    )


def _purge(records: QuerySet[Any], actor: Actor, reason: str) -> Counts:
    return records_purge(records=records, actor=actor, reason=reason)


def _trash(records: QuerySet[Any], actor: Actor, reason: str) -> Counts:
    return records_trash(records=records, actor=actor, reason=reason)


def _records(model: type[SoftDeletableModel]) -> QuerySet[Any]:
    related = [name for name in _shown(model) if model._meta.get_field(name).is_relation]
    return model.all_objects.select_related(*related, "deleted_by")


def _shown(model: type[Model]) -> tuple[str, ...]:
    """Return the fields that distinguish a model's records: those of its form, without long texts."""
    return tuple(
        field.name
        for field in model._meta.concrete_fields
        if field.editable and not isinstance(field, TextField)
    )


def _page(model: type[Model]) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
