"""Readers of cells with known words: a choice, yes or no, a record."""

from collections.abc import Callable

from apps.transfers.declarations import Column
from apps.transfers.engine.cells.problems import CellError
from apps.transfers.engine.cells.similarity import most_like
from apps.transfers.engine.cells.texts import exact_digits, plain_address
from apps.transfers.word_keys import fold_word, relation_key

Reader = Callable[[str], str]

_TRUE = {"true", "t", "yes", "y", "1", "x", "on", "oui", "ja", "si", "sí", "sim", "wahr", "vrai", "✓", "✔"}  # fmt: skip
_FALSE = {"false", "f", "no", "n", "0", "off", "non", "nein", "não", "falsch", "faux"}


def word_key(column: Column, word: str) -> str:
    """Return the key by which words of a column are equal: in a choice, "Vice-Chair" equals "vice chair"."""
    return relation_key(word) if column.relation is not None else fold_word(word)


def choice_reader(column: Column, words: dict[str, str]) -> Reader:
    """Read a choice by its value, its label, the dataset's words, or the run's own (`words`)."""
    known: dict[str, str] = {}
    for value, meant in column.words.items():
        known |= {fold_word(each): value for each in meant}
    for value, label in column.choices:
        known |= {fold_word(label): value, fold_word(value): value}
    own = {fold_word(word): value for word, value in words.items()}

    def read(text: str) -> str:
        folded = fold_word(text)
        value = own.get(folded, known.get(folded))
        if value is None:
            like = most_like(folded, known, least=75)
            raise CellError(
                "unknown",
                f"“{text}” is not a known {column.label.lower()}. Choose its meaning on "
                "the Columns step.",
                known[like] if like else "",
            )
        if value == "":
            raise CellError("unwanted", f"You chose not to import “{text}”.")
        return value

    return read


def read_boolean(text: str) -> str:
    folded = text.casefold()
    if folded in _TRUE:
        return "true"
    if folded in _FALSE:
        return "false"
    raise CellError("unknown", f"“{text}” is neither yes nor no.")


def relation_reader(column: Column, words: dict[str, str]) -> Reader:
    """Read the name of a record, or the name that the run's own `words` give for it."""
    by_address = column.relation is not None and column.relation.is_by_address
    plain = plain_address if by_address else exact_digits
    if not words:
        return plain
    own = {relation_key(word): value for word, value in words.items()}

    def read(text: str) -> str:
        value = own.get(relation_key(text))
        if value == "":
            raise CellError("unwanted", f"You chose not to import “{text}”.")
        return plain(text) if value is None else value

    return read
