"""The datasets that can be imported and exported. Domains register theirs in `AppConfig.ready`."""

from apps.core.errors import DomainError
from apps.transfers.declarations import DatasetResource

_datasets: dict[str, type[DatasetResource]] = {}


def register(resource: type[DatasetResource]) -> type[DatasetResource]:
    """Make a dataset known; also a class decorator."""
    _datasets[resource.dataset()] = resource
    return resource


def get(name: str) -> type[DatasetResource]:
    """Return a dataset by name; raises DomainError for a name that nobody registered."""
    try:
        return _datasets[name]
    except KeyError:
        known = ", ".join(_datasets) or "none"
        raise DomainError(f"There is no dataset “{name}”. Known datasets: {known}.") from None


def all_datasets() -> list[type[DatasetResource]]:
    return list(_datasets.values())
