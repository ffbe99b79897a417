"""The records that a run made or changed."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from apps.audit.models import ChangeSet
from apps.transfers import registry
from apps.transfers.engine.ranges import order_of
from apps.transfers.engine.tables import Tables, exists
from apps.transfers.models import ImportRun


def records_of_run(queryset: QuerySet[Any], run_id: int) -> QuerySet[Any]:
    """Narrow records to those that the run made or changed, as the trail says.

    Where they are what the run's rows are about, to those of its applied rows as well: a row may have
    changed nothing but the person in the seat. A run that has forgotten its rows leaves these out.
    """
    model: Any = queryset.model
    changed = model.history.filter(
        change_set__in=ChangeSet.objects.filter(import_run_id=run_id).values("pk")
    )
    sql, params = changed.order_by().values("id").query.sql_with_params()
    run = ImportRun.objects.filter(pk=run_id).first()
    plan = Tables(run_id).plan
    if run is not None and registry.get(run.dataset).model() is model and exists(plan):
        part = registry.get(run.dataset).parts()[-1]
        order = order_of(run)
        sql += (
            f" UNION SELECT id_{part.name} FROM {plan} WHERE verdict IN ('create', 'update')"
            f" AND outcome NOT IN ('drifted', 'refused') AND {order} <= %s"
        )
        params = (*params, run.checkpoint)
    return queryset.filter(pk__in=RawSQL(sql, params))  # noqa: S611  Names come from the run.
