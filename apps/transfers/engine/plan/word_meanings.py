"""The meaning of each word of the file, stored with the run to answer "why is she an admin?".

A word of a choice column has a meaning by its value, by a synonym that the dataset knows, or
because an agent chose it, for this file or an earlier one. A word of a relation column is listed if
an agent gave it a meaning.
"""

from typing import Any

from psycopg.sql import SQL, Composable

from apps.transfers.declarations import Column, FieldKind
from apps.transfers.engine.context import RunContext
from apps.transfers.engine.schema import PlanRow
from apps.transfers.options import Matching
from apps.transfers.word_keys import fold_word, relation_key

_ROW = PlanRow("")

# Of more distinct words than these, only the most frequent are kept.
_MOST = 500


def meaning_columns(context: RunContext) -> list[Composable]:
    """SQL expressions over a row of the plan: word and value of each column that has words."""
    found: list[Composable] = []
    for name in context.worded:
        word, cell = _ROW.word(name), _ROW.cell(name)
        if context.columns[name].kind is FieldKind.CHOICE:
            found += [context.word(name, _ROW), cell]
        else:
            found += [word, SQL("CASE WHEN {} IS NOT NULL THEN {} END").format(word, cell)]
    return found


def meanings_of(context: RunContext, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return {"column", "word", "value", "how", "rows"} for each word, most rows first.

    `rows` have the number of rows at position 2 and the `columns` from position 3 on.
    """
    counted: dict[tuple[str, str, str], int] = {}
    for row in rows:
        for position, name in enumerate(context.worded):
            word, value = row[3 + 2 * position], row[4 + 2 * position]
            if word and value:
                key = (name, word, value)
                counted[key] = counted.get(key, 0) + row[2]
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    return [
        {
            "column": name,
            "word": word,
            "value": value,
            "how": origin_of_meaning(context.columns[name], context.matching, word),
            "rows": number,
        }
        for (name, word, value), number in most
    ]


def origin_of_meaning(column: Column, matching: Matching, word: str) -> str:
    """Return why a word has its meaning: hand, remembered, exact, or synonym."""
    fold = fold_word if column.kind is FieldKind.CHOICE else relation_key
    own = {fold(each): value for each, value in matching.values.get(column.name, {}).items()}
    before = {fold(each): value for each, value in matching.remembered.get(column.name, {}).items()}
    folded = fold(word)
    if folded in own:
        return "remembered" if before.get(folded) == own[folded] else "hand"
    exact = {fold_word(text) for choice in column.choices for text in choice}
    return "exact" if folded in exact else "synonym"
