"""System checks of merges: what happens to each relation to a record that can be merged is decided."""

from django.core.checks import CheckMessage, Error, register

from apps.bulk.merge_rules import MERGES, generic_relations, undeclared, unknown_declarations


@register
def check_merges(**_: object) -> list[CheckMessage]:
    """Each foreign key to a model that can be merged is declared, and what is declared exists."""
    found: list[CheckMessage] = []
    for kind in MERGES:
        for source in undeclared(kind.model):
            found.append(
                Error(
                    f"Nobody has decided what a merge of two {kind.model} does with {source}.",
                    hint="Add a Relation to MERGE_RELATIONS in the app's merge_rules.py.",
                    id="bulk.E001",
                )
            )
        for source in unknown_declarations(kind.model):
            found.append(
                Error(
                    f"A merge of two {kind.model} expects {source}, which is no foreign key to it.",
                    id="bulk.E002",
                )
            )
    for source in generic_relations() if len(MERGES) else ():
        found.append(
            Error(
                f"{source} may refer to any record, so a merge can't move what refers to the dropped one.",
                hint="Use a foreign key.",
                id="bulk.E003",
            )
        )
    return found
