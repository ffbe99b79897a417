"""Tokens of what a wizard page showed, so that two tabs do not overwrite each other's answers."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from apps.core.actors import PermissionHolder
from apps.core.admin.editing.opened_values import NAME, read, sign
from apps.transfers.admin.wizard.steps import COLUMNS, FILE
from apps.transfers.engine.match.headers import headers_digest
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Matching
from apps.transfers.selectors.pages import named_templates


def shown_matching(run: ImportRun) -> Matching:
    """Return the stored matching as the Columns page shows it."""
    stored = ImportRun.objects.values_list("matching", flat=True).get(pk=run.pk)
    return completed(Matching.from_json(stored), run)


def completed(matching: Matching, run: ImportRun) -> Matching:
    """Give each column of the file an answer, "" if there is none, as the Columns page does."""
    for position, _ in enumerate(run.findings.get("headers", [])):
        matching.columns.setdefault(str(position), "")
        matching.how.setdefault(str(position), "none")
    return matching


@dataclass(frozen=True)
class OpenedColumns:
    """The state of a Columns page: what was stored, what it showed, and which template names
    existed.

    It shows more than what is stored if it reuses an earlier import or template.
    """

    stored: Matching
    shown: Matching
    names: dict[str, str]


def columns_version(run: ImportRun, user: PermissionHolder) -> str:
    """Return the token of a page that shows the current matching of `run`."""
    stored = shown_matching(run).to_json()
    shown = completed(Matching.from_json(run.matching), run).to_json()
    return sign(
        _about(COLUMNS, run),
        [stored, templates_by_name(run, user), None if shown == stored else shown],
    )


def read_columns_version(run: ImportRun, post: QueryDict) -> OpenedColumns | None:
    """Return the state in a `columns_version` token; None for no token, or one of another reading
    of the file.
    """
    found = read(_about(COLUMNS, run), post.get(NAME))
    if found is None:
        return None
    stored, names, shown = found
    return OpenedColumns(Matching.from_json(stored), Matching.from_json(shown or stored), names)


def templates_by_name(run: ImportRun, user: PermissionHolder) -> dict[str, str]:
    """Return the user's templates for the run's dataset, and when each was saved."""
    templates: list[ImportTemplate] = list(named_templates(user, run.dataset))
    return {template.name: template.used_at.isoformat() for template in templates}


def file_version(run: ImportRun) -> str:
    """Return the token of a File page: how the file was read, and what was answered since."""
    return sign(_about(FILE, run), _file_state(run))


def is_file_as_shown(run: ImportRun, post: QueryDict) -> bool:
    return bool(read(_about(FILE, run), post.get(NAME)) == _file_state(run))


def _file_state(run: ImportRun) -> list[Any]:
    return [run.state, run.reading, run.matching]


def _about(step: str, run: ImportRun) -> str:
    """Name the page and the reading of the file, because answers about other columns are useless."""
    if step == FILE:
        return f"import-{FILE}:{run.pk}"
    return f"import-{step}:{run.pk}:{headers_digest(run.findings.get('headers', []))}"
