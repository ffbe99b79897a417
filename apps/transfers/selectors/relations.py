"""The Columns step: words of relation columns that name no record, or several."""

from dataclasses import dataclass, field

from psycopg.sql import SQL, Literal

from apps.core.actors import PermissionHolder
from apps.transfers import registry
from apps.transfers.declarations import Column
from apps.transfers.engine.cells.problems import Problem
from apps.transfers.engine.match.candidates import Candidate, CandidateFinder, hits, records_of
from apps.transfers.engine.schema import Tables, exists
from apps.transfers.engine.sql import rows
from apps.transfers.engine.stage.column_reader import ColumnReader
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.word_keys import relation_key

# Two fields of a form each; what is not shown keeps what was said of it.
LISTED = 50


@dataclass
class RelationWord:
    """A word that names no record, or several, or was given a meaning. `count` is None where the
    rows were not counted; `meant` is the value that stands for it now, `records` how many that finds."""

    column: str
    word: str
    count: int | None
    meant: str
    records: int
    candidates: list[Candidate] = field(default_factory=list)


@dataclass
class RelationWords:
    """One relation column. `found` of its words name one record, `open` none or several; `missing` name
    none, in `missing_rows` rows; `words` are the first of those that are open or were given a meaning.
    `is_whole`: every word of the file was looked at."""

    column: str
    label: str
    found: int
    open: int
    missing: int
    missing_rows: int
    is_whole: bool
    can_create: bool
    words: list[RelationWord]

    @property
    def unlisted(self) -> int:
        """How many unmatched words are not in `words`."""
        return max(self.open - sum(word.records != 1 for word in self.words), 0)


def relation_words(run: ImportRun, user: PermissionHolder) -> list[RelationWords]:
    """Return the relation columns of the matching that have such words.

    A column that is looked up within another one (a project within its organization) has none: its
    words mean nothing by themselves.
    """
    matching = Matching.from_json(run.matching)
    columns = registry.get(run.dataset).columns()
    found = []
    for position, name in matching.columns.items():
        column = columns.get(name)
        if column is None or column.relation is None or column.relation.within:
            continue
        group = _looked_up(run, user, column, position, matching)
        if group.words:
            found.append(group)
    return found


def _looked_up(
    run: ImportRun, user: PermissionHolder, column: Column, position: str, matching: Matching
) -> RelationWords:
    relation = column.relation
    assert relation is not None  # noqa: S101
    counted, is_whole, refused = _counted(run, column.name, position)
    own = matching.values.get(column.name, {})
    by_key = {relation_key(word): value for word, value in own.items()}
    listed = {relation_key(each) for each in counted}
    counted |= {mine: None for mine in own if relation_key(mine) not in listed}
    queryset = records_of(relation, user)
    values = _values(column, counted, by_key, matching)
    records = {
        value: len(keys) for value, keys in hits(relation, queryset, values.values()).items()
    }
    finder = CandidateFinder(relation, queryset)
    every = [
        RelationWord(
            column.name, word, counted[word], by_key.get(relation_key(word), ""), records[value]
        )
        for word, value in values.items()
    ]
    open_ = [word for word in every if word.records != 1]
    missing = [word for word in open_ if not word.records]
    shown = [*open_, *(word for word in every if word.records == 1 and word.meant)][:LISTED]
    for each in shown:
        each.candidates = finder.candidates(each.word)
    return RelationWords(
        column=column.name,
        label=column.label,
        found=sum(word.records == 1 and not word.meant for word in every),
        # Of many words, only the most frequent were looked up.
        open=max(len(open_), refused),
        missing=len(missing),
        missing_rows=sum(word.count or 0 for word in missing),
        is_whole=is_whole,
        can_create=bool(relation.create),
        words=shown,
    )


def _values(
    column: Column, counted: dict[str, int | None], by_key: dict[str, str], matching: Matching
) -> dict[str, str]:
    """Return word → what is looked up for it; blank and unreadable cells are left out."""
    plain = Matching.from_json({**matching.to_json(), "values": {}})
    cells = list(counted)
    problems: list[list[Problem] | None] = [None] * len(cells)
    read = ColumnReader(column, plain).read(cells, problems)
    return {
        cell: by_key.get(relation_key(cell)) or value
        for cell, value in zip(cells, read, strict=True)
        if value
    }


def _counted(run: ImportRun, name: str, position: str) -> tuple[dict[str, int | None], bool, int]:
    """Return the words with their rows, most frequent first: all of them where the file has few;
    else those that the last plan refused; whether these are all; and how many the plan refused."""
    words = Findings.from_json(run.findings).words.get(position)
    if words is not None:
        return {word: count for word, count in words if word.strip()}, True, 0
    plan = Tables(run.pk).plan
    if run.planned_at is None or not exists(plan):
        return {}, False, 0
    codes = [f"{name}:not_found", f"{name}:in_trash", f"{name}:ambiguous"]
    found = rows(
        SQL(
            "SELECT p.problem->>'value', count(*), count(*) OVER () FROM {} "
            "CROSS JOIN LATERAL jsonb_array_elements(problems) AS p(problem) "
            "WHERE verdict = 'refused' AND cause = ANY({}) AND p.problem->>'column' = {} "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}"
        ).format(plan, Literal(codes), Literal(name), Literal(LISTED))
    )
    return {word: number for word, number, _ in found}, False, found[0][2] if found else 0
