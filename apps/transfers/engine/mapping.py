"""The dataset columns that the file gives, by the matching, and how they are staged."""

from apps.transfers.declarations import DatasetResource, FieldKind
from apps.transfers.options import Matching


def mapped_columns(resource: type[DatasetResource], matching: Matching) -> dict[str, int]:
    """Return dataset column → position in the file, in the dataset's order."""
    positions = {name: int(position) for position, name in matching.columns.items() if name}
    return {name: positions[name] for name in resource.columns() if name in positions}


def derived_columns(
    resource: type[DatasetResource], given: dict[str, int]
) -> list[tuple[str, str, str]]:
    """Return (part, field, source column) of values that are derived while staging."""
    return [
        (part.name, field, derived.source)
        for part in resource.parts()
        for field, derived in part.derived.items()
        if derived.source in given
    ]


def own_word_columns(resource: type[DatasetResource], matching: Matching) -> list[str]:
    """Return the columns whose cells may mean something other than their text.

    For these, the file's own word is staged beside the value, so that messages can quote it.
    """
    columns = resource.columns()
    return [
        name
        for name in mapped_columns(resource, matching)
        if columns[name].kind is FieldKind.CHOICE
        or (columns[name].kind is FieldKind.RELATION and matching.values.get(name))
    ]
