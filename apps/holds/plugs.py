"""Plugs the legal hold into core: what its triggers refuse, and the badge on the pages of records."""

from apps.core.admin.additions import ADDED_TEMPLATES, AddedTemplate
from apps.core.constraints import TRIGGER_RULES, TriggerRule
from apps.holds.triggers import RULE

TRIGGER_RULES.add(
    TriggerRule(
        RULE,
        "This is under legal hold, or belongs to a record that is, so it can't be deleted or moved to "
        "another record. Ask a person who may lift the hold.",
    ),
    TriggerRule("legal_hold_stays", "A legal hold can only be lifted."),
)
ADDED_TEMPLATES.add(AddedTemplate("head", "holds/badge.html"))
