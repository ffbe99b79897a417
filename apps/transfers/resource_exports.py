"""`DatasetResource.export()`: from a queryset to a `tablib.Dataset`."""

from collections.abc import Sequence

import tablib
from django.db.models import QuerySet

from apps.core.actors import PermissionHolder
from apps.transfers.declarations import DatasetResource
from apps.transfers.services.exports import export_rows


def exported_dataset(
    resource: DatasetResource,
    queryset: QuerySet | None,
    *,
    fields: Sequence[str] | None,
    user: PermissionHolder | None,
) -> tablib.Dataset:
    """Return the records, with the names of the columns as headers.

    The rows come through a server-side cursor; only the dataset itself is held in memory. Text is not
    defused: that is for files, see `manage.py export_dataset`.
    """
    model = resource.model()
    if queryset is None:
        queryset = resource.get_queryset()
    if not isinstance(queryset, QuerySet) or queryset.model._meta.concrete_model is not model:
        raise TypeError(
            f"export() takes a queryset of {model._meta.object_name}, not {queryset!r:.80}."
        )
    names, rows = export_rows(
        dataset=resource.dataset(),
        fields=list(fields) if fields else None,
        queryset=queryset,
        actor=user,
    )
    dataset = tablib.Dataset(headers=names, title=str(resource.label())[:31])
    for row in rows:
        dataset.append(row)
    return dataset
