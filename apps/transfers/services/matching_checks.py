"""Checks the answers of the Columns step before a plan is made."""

from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.declarations import Column, FieldKind
from apps.transfers.engine.cells.choices import word_key
from apps.transfers.engine.match.headers import unmatched_needs
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.reading.headers import columns_in_words, missing_header, repeated_headers


def check_matching(run: ImportRun, matching: Matching) -> None:
    """Raise DomainError unless each column of the file means one field that the dataset has."""
    dataset = registry.get(run.dataset)
    columns = dataset.columns()
    headers = Findings.from_json(run.findings).headers
    taken: dict[str, str] = {}
    for position, name in matching.columns.items():
        if not name:
            continue
        if name not in columns:
            raise DomainError(f"{dataset.label()} have no field “{name}”.")
        if not position.isdecimal() or int(position) >= len(headers):
            raise DomainError(f"The file has no column {position}.")
        header = headers[int(position)] or f"column {int(position) + 1}"
        if name in taken:
            raise DomainError(
                f"Both “{taken[name]}” and “{header}” are matched to "
                f"{columns[name].label}. Choose one."
            )
        taken[name] = header
    needs = unmatched_needs(dataset, matching)
    if needs:
        # A repeated header is the most likely cause: never guess which one is right.
        why = [*missing_header(headers), *repeated_headers(headers), columns_in_words(headers)]
        raise DomainError(" ".join([*needs, *why]))
    if matching.mode not in ("upsert", "create", "update"):
        raise DomainError(f"The mode must be upsert, create or update, not “{matching.mode}”.")
    if matching.on_error not in ("skip", "stop"):
        raise DomainError(f"On an error: skip or stop, not “{matching.on_error}”.")
    for name in matching.create_missing:
        column = columns.get(name)
        if column is None or column.relation is None or not column.relation.create:
            raise DomainError(f"Missing records of “{name}” cannot be created by this import.")
    _check_meanings(columns, matching)
    for name in (*matching.values, *matching.blanks, *matching.date_orders, *matching.empty_words):
        if name not in columns:
            raise DomainError(f"{dataset.label()} have no field “{name}”.")


def _check_meanings(columns: dict[str, Column], matching: Matching) -> None:
    for name, policy in matching.blanks.items():
        if policy not in ("leave", "clear", "refuse"):
            raise DomainError(f"A blank {name} can leave, clear or refuse, not “{policy}”.")
    for name, order in matching.date_orders.items():
        if order not in ("dmy", "mdy", "ymd"):
            raise DomainError(f"A date is written dmy, mdy or ymd, not “{order}”.")
        if name in columns and columns[name].kind is not FieldKind.DATE:
            raise DomainError(f"{columns[name].label} has no dates.")
    for name, words in matching.values.items():
        known = {str(value) for value, _ in columns[name].choices} if name in columns else set()
        for word, value in words.items():
            if known and value and value not in known:
                raise DomainError(f"“{word}” can't mean “{value}”, which is not a {name}.")
        if name in columns:
            _check_contradictions(columns[name], words, matching.empty_words.get(name, []))


def _check_contradictions(column: Column, words: dict[str, str], empty: list[str]) -> None:
    """Raise DomainError if two spellings of one word have different meanings: one would win silently."""
    first: dict[str, tuple[str, str]] = {word_key(column, word): (word, "") for word in empty}
    for word, value in words.items():
        earlier, earlier_value = first.setdefault(word_key(column, word), (word, value))
        if earlier_value != value:
            raise DomainError(
                f"“{earlier}” and “{word}” are the same word of {column.label} and cannot mean "
                f"“{earlier_value or 'nothing'}” and “{value or 'nothing'}”. Choose one meaning."
            )
