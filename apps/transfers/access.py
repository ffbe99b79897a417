"""Who may import and export which dataset, for the pages. The services check again."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from apps.core.actors import Actor, holds
from apps.transfers import registry
from apps.transfers.declarations import DatasetResource

IMPORT = "transfers.import_data"
EXPORT = "transfers.export_data"
UNDO = "transfers.undo_import"
VIEW_RUN = "transfers.view_importrun"
# The kinds of requests that a second person approves.
APPLY_IMPORT = "transfers.import"
UNDO_IMPORT = "transfers.undo"


@dataclass(frozen=True)
class DatasetCard:
    """A dataset as a page shows it."""

    name: str
    label: str
    description: str
    icon: str


def dataset_card(name: str) -> DatasetCard:
    """Return the card of a dataset, even if it is no longer registered."""
    known = {dataset.dataset(): dataset._meta for dataset in registry.all_datasets()}
    if name not in known:
        return DatasetCard(name, name.capitalize(), "", "table")
    meta = known[name]
    return DatasetCard(name, str(meta.label), str(meta.description), str(meta.icon))


def permissions_to_import(
    dataset: type[DatasetResource], create_missing: Iterable[str] = ()
) -> list[str]:
    """Return the permissions for an import: to add and change each model that it writes.

    `create_missing` lists the relation columns whose missing records it creates: they must be
    added, too.
    """
    names = [IMPORT]
    for part in dataset.parts():
        names += [to("add", part.model), to("change", part.model)]
    return [*names, *(to("add", model) for model in _created(dataset, create_missing))]


def permissions_to_undo(
    dataset: type[DatasetResource], create_missing: Iterable[str] = ()
) -> list[str]:
    """Return the permissions for an undo: to change each model that it reverts."""
    models = [*(part.model for part in dataset.parts()), *_created(dataset, create_missing)]
    return [UNDO, *(to("change", model) for model in models)]


def to(action: str, model: type[Model] | str) -> str:
    """Return a permission for a model, given by class or label."""
    opts = (apps.get_model(model) if isinstance(model, str) else model)._meta
    return f"{opts.app_label}.{action}_{opts.model_name}"


def _created(dataset: type[DatasetResource], create_missing: Iterable[str]) -> list[str]:
    """Return the labels of the models whose missing records are created."""
    columns = dataset.columns()
    relations = (columns[name].relation for name in create_missing if name in columns)
    return [relation.model for relation in relations if relation is not None]


def permissions_to_export(dataset: type[DatasetResource]) -> list[str]:
    return [EXPORT, to("view", dataset.model())]


def may_import(actor: Actor, dataset: type[DatasetResource]) -> bool:
    return holds(actor, *permissions_to_import(dataset))


def may_export(actor: Actor, dataset: type[DatasetResource]) -> bool:
    return holds(actor, *permissions_to_export(dataset))


def importable_datasets(actor: Actor) -> list[type[DatasetResource]]:
    return [dataset for dataset in registry.all_datasets() if may_import(actor, dataset)]
