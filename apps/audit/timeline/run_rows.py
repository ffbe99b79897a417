"""The row of a file that a run wrote an entry's record from."""

from collections import defaultdict

from apps.audit.origins import CHANGE_SOURCES
from apps.audit.timeline.entry import Entry
from apps.audit.timeline.registry import RunRow, Wanted, runs
from apps.core import personal as personal_data
from apps.core.actors import PermissionHolder


def add_run_rows(entries: list[Entry], viewer: PermissionHolder) -> None:
    """Say of which row of its file a run wrote each entry, in as many statements as `rows` takes."""
    for kind, known in runs.items():
        written = [
            (entry, entry.change_set.run_id, entry.model)
            for entry in entries
            if entry.model and entry.kind and entry.change_set
            if entry.change_set.run_kind == kind
        ]
        if not written or known.rows is None:
            continue
        wanted: Wanted = defaultdict(list)
        for entry, run, model in written:
            wanted[run, model].append(entry.key)
        rows = known.rows(wanted, viewer)
        for entry, run, _ in written:
            if row := rows.get((run, str(entry.key))):
                _add_row(entry, row)


def _add_row(entry: Entry, row: RunRow) -> None:
    source = CHANGE_SOURCES.get(entry.change_set.source) if entry.change_set else None
    # What an undo restores is not what the file said.
    words = [] if source and source.takes_back else _words(entry, row)
    entry.run_row = ": ".join([row.text, ", ".join(words)]) if words else row.text
    entry.run_row_url = row.url


def _words(entry: Entry, row: RunRow) -> list[str]:
    """Return the meanings of the row's words for the fields that the entry changes."""
    changed = {change.field for change in entry.changes}
    return [personal_data.readable(text) for name, text in row.words.items() if name in changed]
