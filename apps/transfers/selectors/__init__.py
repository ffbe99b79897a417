"""Every read that the pages of imports and exports need. See `apps.transfers` for the map."""

from apps.transfers.selectors.files import dataset_template, refused_rows_file
from apps.transfers.selectors.matching import (
    ColumnSuggestion,
    ValueWord,
    column_suggestions,
    same_content_runs,
    value_words,
)
from apps.transfers.selectors.plan_totals import (
    Cause,
    ImpactLine,
    Progress,
    plan_causes,
    plan_impacts,
    run_progress,
)
from apps.transfers.selectors.plans import PlanPage, PlanRow, plan_rows
from apps.transfers.selectors.relations import RelationWord, RelationWords, relation_words
from apps.transfers.selectors.undo import UndoPreview, undo_preview, undo_rows

__all__ = [
    "Cause",
    "ColumnSuggestion",
    "ImpactLine",
    "PlanPage",
    "PlanRow",
    "Progress",
    "RelationWord",
    "RelationWords",
    "UndoPreview",
    "ValueWord",
    "column_suggestions",
    "dataset_template",
    "plan_causes",
    "plan_impacts",
    "plan_rows",
    "refused_rows_file",
    "relation_words",
    "run_progress",
    "same_content_runs",
    "undo_preview",
    "undo_rows",
    "value_words",
]
