"""Where the trail finds an import run, and the row of its file that a record was written from."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, models
from django.urls import reverse

from apps.audit.timeline.registry import timeline_runs
from apps.transfers import registry
from apps.transfers.engine.tables import Tables
from apps.transfers.models import ImportRun

type Wanted = Mapping[tuple[int, type[models.Model]], Collection[Any]]


def run_url(run_id: int) -> str:
    return reverse("admin:transfers_importrun_change", args=[run_id])


def rows_of(wanted: Wanted) -> dict[tuple[int, Any], str]:
    """Return "row 217 of roster.csv" for each record, by run and key, in three statements.

    A run that has forgotten its rows gives none; of several rows that write one record, the first.
    """
    found = ImportRun.objects.filter(pk__in={run for run, _ in wanted})
    files = {
        pk: (dataset, name)
        for pk, dataset, name in found.values_list("pk", "dataset", "upload__name")
    }
    datasets = {run: dataset for run, (dataset, _) in files.items()}
    kept = _kept({Tables(run).plan for run in datasets})
    parts: list[str] = []
    params: list[Any] = []
    for (run, model), keys in wanted.items():
        plan = Tables(run).plan
        for name in _parts(datasets.get(run, ""), model) if plan in kept else ():
            parts.append(
                f"SELECT {int(run)} AS run, id_{name}::text, min(number) FROM {plan}"
                f" WHERE op_{name} IS NOT NULL AND id_{name} = ANY(%s) GROUP BY id_{name}"
            )
            params.append(list(keys))
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {
            (run, key): f"row {number:,} of {files[run][1]}"
            for run, key, number in cursor.fetchall()
        }


def _kept(plans: Collection[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
            [list(plans)],
        )
        return {name for (name,) in cursor.fetchall()}


def _parts(dataset: str, model: type[models.Model]) -> list[str]:
    """Return the names of the parts of a dataset that write records of this model."""
    found = [known for known in registry.all_datasets() if known.dataset() == dataset]
    return [
        part.name
        for resource in found
        for part in resource.parts()
        if part.model.lower() == model._meta.label_lower
    ]


timeline_runs("import", url=run_url, rows=rows_of)
