"""The Columns step: the probable meaning of each column, and the words in choice columns."""

from dataclasses import dataclass, field

from django.db.models import Q

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.declarations import FieldKind
from apps.transfers.engine.cells import choice_reader, date_reader
from apps.transfers.engine.cells.problems import CellError
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.word_keys import fold_word


@dataclass
class ColumnSuggestion:
    """One line of the matching. `position` counts the file's columns from 0, as in
    `Matching.columns`; `target` is a dataset column or ""; `how` is exact, synonym, remembered,
    guess, hand or none."""

    position: int
    header: str
    samples: list[str]
    blanks: int
    target: str
    how: str


@dataclass
class ValueWord:
    """A word of a choice column. `value` is what it means now, "" is unknown; `how` is exact,
    synonym, hand or none; `candidates` are (value, label) of every choice."""

    column: str
    word: str
    count: int
    value: str
    how: str
    candidates: list[tuple[str, str]] = field(default_factory=list)


def column_suggestions(run: ImportRun) -> list[ColumnSuggestion]:
    """Return a line for each column of the file, from the run's matching."""
    findings = Findings.from_json(run.findings)
    matching = Matching.from_json(run.matching)
    return [
        ColumnSuggestion(
            position=position,
            header=header,
            samples=findings.column_samples[position] if findings.column_samples else [],
            blanks=findings.blanks[position] if findings.blanks else 0,
            target=matching.columns.get(str(position), ""),
            how=matching.how.get(str(position), "none"),
        )
        for position, header in enumerate(findings.headers)
    ]


def two_readings(findings: Findings, position: str) -> str:
    """Return an ambiguous date of a column, "" if there is none."""
    read = date_reader("")
    words = [word for word, _ in findings.words.get(position, [])]
    for word in words or (findings.column_samples or [[]])[int(position)]:
        try:
            read(word.strip() or "2000-01-01")
        except CellError as error:
            if error.code == "ambiguous":
                return word.strip()
    return ""


def value_words(run: ImportRun) -> list[ValueWord]:
    """Return the words of every matched choice column, most frequent first, at most 200 a column.

    Counted when the file was read, for each column with at most 200 different values.
    """
    findings, matching = Findings.from_json(run.findings), Matching.from_json(run.matching)
    columns = registry.get(run.dataset).columns()
    found: list[ValueWord] = []
    for position, name in matching.columns.items():
        column = columns.get(name)
        if column is None or column.kind is not FieldKind.CHOICE:
            continue
        own = matching.values.get(name, {})
        read = choice_reader(column, own)
        exact = {fold_word(text) for choice in column.choices for text in choice}
        by_hand = {fold_word(word) for word in own}
        for word, count in findings.words.get(position, []):
            if not word.strip():
                continue
            try:
                value = read(word.strip())
            except (CellError, DomainError):
                value = ""
            folded = fold_word(word)
            how = (
                "hand"
                if folded in by_hand
                else "exact"
                if folded in exact
                else "synonym"
                if value
                else "none"
            )
            found.append(ValueWord(name, word, count, value, how, list(column.choices)))
    return found


def same_content_runs(run: ImportRun, user: PermissionHolder | None) -> list[ImportRun]:
    """Return earlier runs that applied the same file to the same dataset, or the same cells from another
    file, newest first."""
    same = Q(upload__sha256=run.upload.sha256)
    if run.content_digest:
        same |= Q(content_digest=run.content_digest)
    return list(
        (ImportRun.objects.all() if user is None else ImportRun.objects.for_staff(user))
        .filter(same, dataset=run.dataset, confirmed_at__isnull=False, pk__lt=run.pk)
        .select_related("upload", "user")
        .order_by("-pk")[:5]
    )


def imported_before(run: ImportRun, user: PermissionHolder | None) -> list[str]:
    """Describe who imported the same file or content before, and when."""
    return [
        f"The same {'file' if other.upload.sha256 == run.upload.sha256 else 'content'} was imported "
        f"before by {other.user or 'a command'} on {other.created_at:%B %-d, %Y, %H:%M}, as run {other.pk}."
        for other in same_content_runs(run, user)[:3]
    ]
