"""Makes the plan: one item for each record that the list's query finds, in one statement."""

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from apps.bulk.engine.context import RunContext, context_of
from apps.bulk.engine.decision import decided
from apps.bulk.models import BulkItem, BulkRun

State = BulkRun.State
# More different reasons than this are counted together.
_REASONS = 20


def make_plan(run: BulkRun) -> None:
    """Write the items, and let the run wait for its confirmation. A stopped attempt leaves nothing."""
    context = context_of(run)
    with transaction.atomic():
        run.items.all().delete()
        _write_items(context)
        plan = _counted(run) | {"summary": _summary(context)}
        # The row of the run is locked only now, so that a request to cancel does not wait for the plan.
        with run.hand_over(
            state=State.PLANNED,
            plan=plan,
            rows_to_do=plan["change"],
            planned_at=timezone.now(),
        ):
            pass


def _write_items(context: RunContext) -> None:
    found = decided(context.records(), context.action, context.values, context.actor)
    sql, params = found.values_list("pk", "bulk_version", "bulk_note").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bulk_bulkitem (run_id, key, version, outcome, note) "  # noqa: S608
            "SELECT %s, key, version, CASE note WHEN '' THEN 'planned' ELSE 'skipped' END, note "
            f"FROM ({sql}) AS found(key, version, note) ORDER BY key",
            [context.run.pk, *params],
        )


def _summary(context: RunContext) -> list[str]:
    planned = context.run.items.filter(outcome=BulkItem.Outcome.PLANNED).values("key")
    records = context.action.records._base_manager.filter(pk__in=planned)
    return list(context.action.summary(records, context.actor))


def _counted(run: BulkRun) -> dict[str, object]:
    counts = (
        BulkItem.objects.filter(run=run)
        .order_by()
        .values_list("outcome", "note")
        .annotate(number=Count("pk"))
    )
    found = sorted(counts, key=lambda count: -count[2])
    skipped = [[note, number] for outcome, note, number in found if outcome == "skipped"]
    rest = sum(number for _, number in skipped[_REASONS:])
    return {
        "total": sum(number for *_, number in found),
        "change": sum(number for outcome, _, number in found if outcome == "planned"),
        "skipped": skipped[:_REASONS] + ([["For other reasons.", rest]] if rest else []),
    }
