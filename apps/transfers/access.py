"""Who may import and export which dataset, as the pages ask it. The services ask again."""

from dataclasses import dataclass

from django.apps import apps

from apps.core.actors import Actor, holds
from apps.transfers import registry
from apps.transfers.declarations import DatasetResource

IMPORT = "transfers.import_data"
EXPORT = "transfers.export_data"
UNDO = "transfers.undo_import"
VIEW_RUN = "transfers.view_importrun"
# The kind of the request that a second person approves.
APPLY_IMPORT = "transfers.import"


@dataclass(frozen=True)
class DatasetCard:
    """What a page says of a dataset."""

    name: str
    label: str
    description: str
    icon: str


def dataset_card(name: str) -> DatasetCard:
    """Return the card of a dataset, also of one that is not registered any more."""
    known = {dataset.dataset(): dataset._meta for dataset in registry.all_datasets()}
    if name not in known:
        return DatasetCard(name, name.capitalize(), "", "table")
    meta = known[name]
    return DatasetCard(name, str(meta.label), str(meta.description), str(meta.icon))


def permissions_to_import(dataset: type[DatasetResource]) -> list[str]:
    """Return what an import of the dataset asks for: to add and to change each model it writes."""
    names = [IMPORT]
    for part in dataset.parts():
        opts = apps.get_model(part.model)._meta
        names += [f"{opts.app_label}.{action}_{opts.model_name}" for action in ("add", "change")]
    return names


def permissions_to_export(dataset: type[DatasetResource]) -> list[str]:
    opts = dataset.model()._meta
    return [EXPORT, f"{opts.app_label}.view_{opts.model_name}"]


def may_import(actor: Actor, dataset: type[DatasetResource]) -> bool:
    return holds(actor, *permissions_to_import(dataset))


def may_export(actor: Actor, dataset: type[DatasetResource]) -> bool:
    return holds(actor, *permissions_to_export(dataset))


def importable_datasets(actor: Actor) -> list[type[DatasetResource]]:
    return [dataset for dataset in registry.all_datasets() if may_import(actor, dataset)]
