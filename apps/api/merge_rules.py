"""What a merge does with service accounts: nothing, so that no program sees more, or acts for somebody else."""

from apps.accounts.merge_rules import PERSON
from apps.bulk.merge_rules import KEEP, MERGE_RELATIONS, Relation
from apps.organizations.merge_rules import ORGANIZATION

MERGE_RELATIONS.add(
    Relation(
        PERSON,
        "api.ServiceAccount.created_by",
        KEEP,
        "A program acts for the person who made it, so it stops with the old account.",
    ),
    Relation(
        ORGANIZATION,
        "api.ServiceAccount_organizations.organization",
        KEEP,
        "Access to organizations is never given by a merge.",
    ),
)
