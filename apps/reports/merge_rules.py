"""What a merge of two people does with reports, subscriptions, and their recipients."""

from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.bulk.merge_rules import KEEP, MERGE_RELATIONS, REFUSE, Relation

MERGE_RELATIONS.add(
    *kept_relations(
        PERSON,
        DONE_BY,
        "reports.ReportMailing.real_started_by",
        "reports.ReportMailing.started_by",
        "reports.ReportRun.real_started_by",
        "reports.ReportRun.started_by",
    ),
    Relation(
        PERSON,
        "reports.ReportSubscription.owner",
        REFUSE,
        "The account that is given up owns a subscription. Choose another owner first.",
    ),
    Relation(
        PERSON,
        "reports.ReportRecipient.user",
        KEEP,
        "A deactivated person gets no reports. Who gets them instead is for the subscription's owner to say.",
    ),
)
