"""Matches a file's columns to a dataset's: by name, synonym, memory, and similarity."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.cells.similarity import similarity
from apps.transfers.options import Findings, Matching
from apps.transfers.word_keys import fold_word

_SIMILAR = 88


def header_key(text: str) -> str:
    """Return the key by which headers are equal: "E-mail Address", "EmailAddress", and "email_address"."""
    return fold_word(text).replace(" ", "")


def known_words(resource: type[DatasetResource]) -> set[str]:
    """Return the keys of all headers that the dataset knows."""
    words = set()
    for name, column in resource.columns().items():
        words |= {header_key(each) for each in (name, column.label, *column.synonyms)}
    return words


def headers_digest(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(fold_word(h) for h in headers).encode()).hexdigest()


def suggest_matching(
    resource: type[DatasetResource], findings: Findings, remembered: Matching | None = None
) -> Matching:
    """Return a suggested matching for the file.

    Earlier choices for the same headers win. A header that appears twice, or a column that is only
    similar, is never matched without a person.
    """
    headers = findings.headers
    if remembered is not None and len(remembered.columns) == len(headers):
        again = Matching.from_json(remembered.to_json())
        again.how = dict.fromkeys(again.columns, "remembered")
        again.remembered = again.values
        return again
    matching = Matching(columns={}, how={})
    twice = {word for word, n in Counter(header_key(h) for h in headers if h).items() if n > 1}
    pairs = []
    for order, (name, column) in enumerate(resource.columns().items()):
        ranks: dict[str, int] = {}
        for rank, word in enumerate((name, column.label, *column.synonyms)):
            ranks.setdefault(header_key(word), rank)
        for position, header in enumerate(headers):
            word = header_key(header)
            if word in ranks and word not in twice:
                pairs.append((ranks[word], order, position, name))
    taken: set[str] = set()
    for rank, _, position, name in sorted(pairs):
        if name not in taken and str(position) not in matching.columns:
            taken.add(name)
            matching.columns[str(position)] = name
            matching.how[str(position)] = "exact" if rank < 2 else "synonym"
    for position, header in enumerate(headers):
        if str(position) in matching.columns:
            continue
        matching.columns[str(position)] = ""
        matching.how[str(position)] = "none"
        guess = (
            _alike(resource, fold_word(header), taken) if header_key(header) not in twice else ""
        )
        if guess:
            taken.add(guess)
            matching.columns[str(position)] = guess
            matching.how[str(position)] = "guess"
    return matching


def _alike(resource: type[DatasetResource], word: str, taken: set[str]) -> str:
    best, score = "", 0.0
    if len(word) < 4:
        return ""
    for name, column in resource.columns().items():
        if name in taken:
            continue
        for each in (name, column.label, *column.synonyms):
            alike = similarity(word, fold_word(each))
            if alike > score:
                best, score = name, alike
    return best if score >= _SIMILAR else ""


def unmatched_needs(resource: type[DatasetResource], matching: Matching) -> list[str]:
    """Return sentences about missing columns that every import of this dataset needs."""
    given = {name for name in matching.columns.values() if name}
    columns = resource.columns()
    problems = [
        f"No column gives “{column.label}”, which every row of {resource.label().lower()} needs."
        for name, column in columns.items()
        if column.needed and name not in given
    ]
    if matching.mode != "update":
        problems += [
            f"No column gives “{column.label}”, which every new record needs."
            for name, column in columns.items()
            if column.required and not column.needed and name not in given
        ]
    keys = resource.parts()[-1].keys
    fields = resource.parts()[-1].fields
    if not problems and not any(
        all(fields[f].startswith("part:") or fields[f] in given for f in key) for key in keys
    ):
        labels = " or ".join(
            " and ".join(columns[fields[f]].label for f in key if fields[f] in columns)
            for key in keys
        )
        problems.append(f"No column identifies the record. Match {labels}.")
    return problems


def carried_over(matching: Matching, theirs: Sequence[str], ours: Sequence[str]) -> Matching:
    """Return the matching with its columns moved to the positions of the same headers in our file."""
    if list(ours[: len(theirs)]) == list(theirs):
        # The same table, perhaps with more columns at its end: even repeated headers keep their
        # matching.
        return replace(matching, create_missing=[], remembered=matching.values)
    targets: dict[str, str] = {}
    for position, target in matching.columns.items():
        index = int(position)
        if index < len(theirs):
            targets.setdefault(theirs[index].strip().casefold(), target)
    columns, how, taken = {}, {}, set()
    for index, header in enumerate(ours):
        known = header.strip().casefold()
        target = targets.get(known, "")
        if target in taken:
            target = ""
        taken.add(target)
        if known in targets:
            columns[str(index)] = target
            how[str(index)] = "remembered" if target else "none"
    # Creating missing records is approved for one file at a time.
    return replace(
        matching, columns=columns, how=how, create_missing=[], remembered=matching.values
    )
