"""What a merge of two people does with schedules, their runs, and their alarms."""

from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.bulk.merge_rules import MERGE_RELATIONS, REFUSE, Relation

MERGE_RELATIONS.add(
    *kept_relations(
        PERSON,
        DONE_BY,
        "schedules.Alarm.acknowledged_by",
        "schedules.SchedulerPause.paused_by",
        "schedules.SchedulerPause.resumed_by",
        "schedules.TaskRun.decided_by",
        "schedules.TaskRun.real_started_by",
        "schedules.TaskRun.started_by",
    ),
    Relation(
        PERSON,
        "schedules.ScheduleOwner.owner",
        REFUSE,
        "The account that is given up owns a schedule. Choose another owner first.",
    ),
)
