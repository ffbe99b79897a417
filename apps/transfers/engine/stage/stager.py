"""Streams the file's cells, cleaned, into the staging table with COPY."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from django.db import connection
from django.utils.text import slugify
from psycopg.sql import SQL

from apps.core.errors import DomainError
from apps.transfers.declarations import Column, DatasetResource
from apps.transfers.engine.cells.problems import Problem
from apps.transfers.engine.mapping import derived_columns, mapped_columns, own_word_columns
from apps.transfers.engine.schema import StageRow, Tables, drop
from apps.transfers.engine.sql import comma, execute, text_of
from apps.transfers.engine.stage.column_reader import ColumnReader
from apps.transfers.engine.stage.totals_rows import last_lines
from apps.transfers.failures import TooManyRefusedError
from apps.transfers.options import Matching
from apps.transfers.reading import Row, Source
from apps.transfers.reading.headers import clean_header
from apps.transfers.reading.text import BrokenRecord, holds_two_lines

logger = logging.getLogger(__name__)
_BATCH = 4096


def stage(
    *,
    tables: Tables,
    resource: type[DatasetResource],
    matching: Matching,
    source: Source,
    staged: Callable[[int], None] = lambda _: None,
) -> int:
    """Fill the staging table; return the number of rows. Runs in a transaction of the caller's.

    `staged` is called repeatedly with the number of rows.
    """
    given = mapped_columns(resource, matching)
    derived = derived_columns(resource, given)
    own = own_word_columns(resource, matching)
    row = StageRow("")
    texts = [row.column("cause"), *map(row.cell, given)]
    texts += [row.derived(part, field) for part, field, _ in derived]
    texts += map(row.word, own)
    drop(tables.stage)
    execute(
        # It is analyzed below, and soon dropped.
        SQL(
            "CREATE UNLOGGED TABLE {} (number int, problems jsonb, {}) "
            "WITH (autovacuum_enabled = false)"
        ).format(tables.stage, comma(SQL("{} text").format(name) for name in texts))
    )
    count = 0
    stager = _Stager(resource, matching, source, given, [source_ for *_, source_ in derived], own)
    copy_in = SQL("COPY {} (number, problems, {}) FROM STDIN").format(tables.stage, comma(texts))
    # Django wraps the errors of `execute` alone.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(text_of(copy_in)) as copy,
    ):
        for lines in stager.blocks():
            copy.write("".join(lines))
            count += len(lines)
            staged(count)
    execute(SQL("SET LOCAL default_statistics_target = 10"))
    execute(SQL("ANALYZE {}").format(tables.stage))
    if not count:
        raise DomainError("The file has a header but no rows.")
    return count


class _Stager:
    def __init__(
        self,
        resource: type[DatasetResource],
        matching: Matching,
        source: Source,
        given: dict[str, int],
        derived: list[str],
        own: list[str],
    ) -> None:
        columns = resource.columns()
        self.positions = list(given.values())
        self.headers = source.findings.headers
        self.width = len(self.headers)
        self.is_text = source.findings.format == "csv"
        self.delimiter = source.findings.delimiter
        self.readers = [
            ColumnReader(columns[name], matching, self._opens_quote(position))
            for name, position in given.items()
        ]
        self.derived = [list(given).index(name) for name in derived]
        self.own = [list(given).index(name) for name in own]
        self._own_words: list[dict[str, str | None]] = [{} for _ in own]
        self.source = source
        self._lead_width = len(self.readers) + len(self.derived) + len(self.own)
        self._slugs: dict[str | None, str | None] = {}
        self._stop_after = matching.stop_after
        self._failed = 0

    def blocks(self) -> Iterator[list[str]]:
        rows = self.source.rows()
        batch = list(islice(rows, _BATCH))
        while batch:
            following = list(islice(rows, _BATCH))
            ends = [] if following else last_lines(batch, self.width)
            if ends:
                batch = batch[: -len(ends)]
            yield self._lines(batch) + [self._refused(*each) for each in ends]
            if self._stop_after and self._failed >= self._stop_after:
                raise TooManyRefusedError(
                    self._failed, self._stop_after, f"Look at the rows from {batch[0][0]:,} on."
                )
            batch = following

    def _opens_quote(self, position: int) -> Callable[[str], bool] | None:
        if not self.is_text or self.width < 2:
            return None
        return partial(
            holds_two_lines,
            delimiter=self.delimiter,
            before=position,
            after=self.width - position - 1,
        )

    def _lines(self, batch: list[Row]) -> list[str]:
        """Return the COPY lines of a batch: rows that fit the header column by column, others refused."""
        fitting, lines = self._fitting(batch)
        fitting, again = self._without_headers(fitting)
        lines += again
        return [*lines, *self._read_lines(fitting)] if fitting else lines

    def _fitting(self, batch: list[Row]) -> tuple[list[Row], list[str]]:
        """Return the rows that have the header's width, or can be given it, and the lines of the others."""
        width = self.width
        fitting = [row for row in batch if len(row[1]) == width]
        if len(fitting) == len(batch):
            return fitting, []
        lines: list[str] = []
        for number, cells in (row for row in batch if len(row[1]) != width):
            if problem := self._misfit(cells):
                lines.append(self._refused(number, problem))
            else:
                fitting.append((number, (cells + [""] * width)[:width]))
        return fitting, lines

    def _misfit(self, cells: list[str]) -> Problem | None:
        """Return why a row of another width can't be read; nothing where only empty cells differ."""
        if isinstance(cells, BrokenRecord):
            return Problem(cells.code, "", cells.why)
        size = len(cells)
        why = f"The row has {size} cell{'' if size == 1 else 's'}, but the header has {self.width}."
        if len(cells) < self.width and self.is_text:
            return Problem("ragged", "", why)
        beyond = next((cell for cell in cells[self.width :] if cell.strip()), None)
        return None if beyond is None else Problem("ragged", "", why, beyond[:200])

    def _read_lines(self, fitting: list[Row]) -> list[str]:
        """Return the COPY lines of rows that fit the header, each with its problems."""
        problems: list[list[Problem] | None] = [None] * len(fitting)
        cells_by_position = list(zip(*(cells for _, cells in fitting), strict=True))
        values = [
            reader.read(cells_by_position[position], problems)
            for reader, position in zip(self.readers, self.positions, strict=True)
        ]
        for reader, column in zip(self.readers, values, strict=True):
            _check(reader.column, column, problems)
        values += [[self._slug(value) for value in values[index]] for index in self.derived]
        values += [
            self._own(known, cells_by_position[self.positions[index]], values[index])
            for known, index in zip(self._own_words, self.own, strict=True)
        ]
        escaped = [_escaped(column) for column in values]
        lines: list[str] = []
        for (number, _), mine, texts in zip(
            fitting, problems, zip(*escaped, strict=True), strict=True
        ):
            if mine is None:
                lines.append(f"{number}\t\\N\t\\N\t" + "\t".join(texts) + "\n")
            else:
                self._failed += 1
                lines.append(f"{number}\t{_json(mine)}\t{mine[0].code}\t" + "\t".join(texts) + "\n")
        return lines

    def _without_headers(self, rows: list[Row]) -> tuple[list[Row], list[str]]:
        """Refuse rows that repeat the header, as in concatenated files."""
        first = self.headers[0]
        again = [row for row in rows if row[1][0].strip() == first and self._is_header(row[1])]
        if not again:
            return rows, []
        problem = Problem("header", "", "The row repeats the header.")
        numbers = {number for number, _ in again}
        kept = [row for row in rows if row[0] not in numbers]
        return kept, [self._refused(number, problem) for number, _ in again]

    def _is_header(self, cells: list[str]) -> bool:
        return [clean_header(cell) for cell in cells] == self.headers and self.width > 1

    def _refused(self, number: int, problem: Problem) -> str:
        self._failed += 1
        rest = "\t".join(["\\N"] * self._lead_width)
        return f"{number}\t{_json([problem])}\t{problem.code}\t{rest}\n"

    def _own(
        self, known: dict[str, str | None], cells: Sequence[str], values: Sequence[str | None]
    ) -> list[str | None]:
        """Return the cells' own words, None where a cell says its value itself."""
        if len(known) > 50_000:
            known.clear()
        for cell in set(cells) - known.keys():
            known[cell] = own_word(cell, values[cells.index(cell)])
        return [known[cell] for cell in cells]

    def _slug(self, value: str | None) -> str | None:
        slug = self._slugs.get(value)
        if slug is None and value:
            slug = slugify(value)[:180].strip("-") or "record"
            if len(self._slugs) < 100_000:
                self._slugs[value] = slug
        return slug


def _check(
    column: Column, values: Sequence[str | None], problems: list[list[Problem] | None]
) -> None:
    """Run the column's own check on a batch, without blank and refused values."""
    if column.check is None:
        return
    given = [index for index, value in enumerate(values) if value]
    try:
        refused = {
            given[position]: str(why)
            for position, why in column.check([values[i] or "" for i in given]).items()
        }
    except Exception:
        logger.exception("The check of column %s failed.", column.name)
        raise DomainError(
            f"The check of “{column.label}” failed because of an error on our side, which "
            "was recorded. Nothing was changed."
        ) from None
    for index, why in refused.items():
        problem = Problem(f"{column.name}:rule", column.name, why, values[index] or "")
        problems[index] = [*(problems[index] or []), problem]


def own_word(cell: str, value: str | None) -> str | None:
    word = "".join(each for each in cell if each.isprintable()).strip()
    return None if not word or value is None or word == value else word[:200]


def _escaped(column: list[str | None]) -> list[str]:
    """Escape for COPY: NULL as \\N, and a backslash before special characters."""
    return [
        "\\N"
        if value is None
        else value
        if "\\" not in value and "\n" not in value and "\t" not in value
        else value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        for value in column
    ]


def _json(problems: list[Problem]) -> str:
    text = json.dumps([problem.to_json() for problem in problems[:20]], ensure_ascii=False)
    return (
        text.replace("\\u0000", "").replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    )
