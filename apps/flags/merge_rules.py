"""What a merge does with feature flags: nothing, so that it turns nothing on or off for the one that is kept."""

from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.bulk.merge_rules import MERGE_RELATIONS, REFUSE, Relation
from apps.organizations.merge_rules import ORGANIZATION

_TOLD = "The record that is kept has its own feature flags, which a merge doesn't change."
_OWNED = "The account that is given up owns a feature flag or a switch. Choose another owner first."

MERGE_RELATIONS.add(
    *kept_relations(PERSON, _TOLD, "flags.Flag_users.user", "flags.Flag_denied_users.user"),
    *kept_relations(
        PERSON, DONE_BY, "flags.ChangePlan.planned_by", "flags.ChangePlan.real_planned_by"
    ),
    Relation(PERSON, "flags.Flag.owner", REFUSE, _OWNED),
    Relation(PERSON, "flags.Switch.owner", REFUSE, _OWNED),
    *kept_relations(
        ORGANIZATION,
        _TOLD,
        "flags.Flag_organizations.organization",
        "flags.Flag_denied_organizations.organization",
    ),
)
