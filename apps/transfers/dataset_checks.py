"""The system check of datasets: an error for each problem of each registered dataset."""

from collections.abc import Iterator, Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from apps.core.discovery import full_site
from apps.transfers import registry
from apps.transfers.checks.columns import wrong_in_columns
from apps.transfers.checks.package_hooks import overridden_hooks
from apps.transfers.checks.parts import wrong_in_parts
from apps.transfers.declarations import DatasetResource


def check_datasets(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    return [
        Error(sentence[:1].upper() + sentence[1:], obj=resource, id="transfers.E001")
        for resource in registry.all_datasets()
        for sentence in wrong_in(resource)
    ] + _unregistered()


def _unregistered() -> list[CheckMessage]:
    return [
        Error(
            f"{resource.__name__} is a dataset that nobody is offered.",
            hint=f"Put @register (apps/transfers/registry.py) above the class in {resource.__module__}.",
            obj=resource,
            id="transfers.E003",
        )
        # `EngineResource` and what derives from it.
        for base in DatasetResource.__subclasses__()
        for resource in base.__subclasses__()
        if resource.__module__.startswith("apps.") and resource not in registry.all_datasets()
    ]


def check_admin_pages(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """Report import-export's own admin pages: they import without a plan, approval, or undo."""
    # Imported here: its forms and file formats are needed only for this check.
    from import_export.mixins import BaseExportMixin, BaseImportMixin

    return [
        Error(
            f"{type(admin).__name__} is an import-export admin, whose pages go around our imports and exports.",
            hint="Declare a dataset: its list gets Import and Export by itself. See docs/how-to/add-a-dataset.md.",
            obj=model,
            id="transfers.E002",
        )
        for model, admin in full_site()._registry.items()
        if isinstance(admin, BaseImportMixin | BaseExportMixin)
    ]


def wrong_in(resource: type[DatasetResource]) -> Iterator[str]:
    """Yield what is wrong with a declaration; its columns are checked only if its parts are right."""
    yield from overridden_hooks(resource)
    yield from list(wrong_in_parts(resource)) or wrong_in_columns(resource)
