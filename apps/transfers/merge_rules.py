"""What a merge of two people does with imports and exports."""

from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.bulk.merge_rules import MERGE_RELATIONS

MERGE_RELATIONS.add(
    *kept_relations(
        PERSON,
        DONE_BY,
        "transfers.ExportProfile.user",
        "transfers.ExportRun.real_user",
        "transfers.ExportRun.user",
        "transfers.ImportRun.confirmed_by",
        "transfers.ImportRun.real_user",
        "transfers.ImportRun.user",
        "transfers.ImportTemplate.user",
        "transfers.UndoRun.real_user",
        "transfers.UndoRun.user",
        "transfers.Upload.user",
    )
)
