"""The records that a run made or changed."""

from typing import Any

from django.db.models import QuerySet
from psycopg.sql import SQL, Literal

from apps.audit.models import ChangeSet
from apps.transfers import registry
from apps.transfers.change_sources import IMPORT_RUN
from apps.transfers.engine.ranges import order_of
from apps.transfers.engine.schema import PlanRow, Tables, exists
from apps.transfers.engine.sql import expression, subquery
from apps.transfers.models import ImportRun


def records_of_run(queryset: QuerySet[Any], run_id: int) -> QuerySet[Any]:
    """Narrow records to those that the run created or changed, according to the history.

    Where they are what the run's rows are about, to those of its applied rows as well: a row may have
    changed nothing but the person in the membership. A run that has forgotten its rows leaves these out.
    """
    model: Any = queryset.model
    changed = model.history.filter(
        change_set__in=ChangeSet.objects.filter(run_kind=IMPORT_RUN, run_id=str(run_id)).values(
            "pk"
        )
    )
    keys = subquery(changed.order_by().values("id"))
    run = ImportRun.objects.filter(pk=run_id).first()
    plan, row = Tables(run_id).plan, PlanRow("")
    if run is not None and registry.get(run.dataset).model() is model and exists(plan):
        keys += SQL(
            " UNION SELECT {} FROM {} WHERE verdict IN ('create', 'update') "
            "AND outcome NOT IN ('drifted', 'refused') AND {} <= {}"
        ).format(
            row.id(registry.get(run.dataset).parts()[-1].name),
            plan,
            row.column(order_of(run)),
            Literal(run.checkpoint),
        )
    return queryset.filter(pk__in=expression(keys))
