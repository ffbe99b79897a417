"""What a page of the wizard was opened on, so that two tabs do not overwrite each other's answers."""

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
    """Return the stored matching as the page of the columns shows it: each column has an answer."""
    matching = Matching.from_json(
        ImportRun.objects.values_list("matching", flat=True).get(pk=run.pk)
    )
    for position, _ in enumerate(run.findings.get("headers", [])):
        matching.columns.setdefault(str(position), "")
        matching.how.setdefault(str(position), "none")
    return matching


def columns_version(run: ImportRun, user: PermissionHolder) -> str:
    """Return the token of a page of the columns: the matching, and the names that are taken."""
    return sign(_about(COLUMNS, run), [shown_matching(run).to_json(), templates_by_name(run, user)])


def read_columns_version(run: ImportRun, post: QueryDict) -> tuple[Matching, dict[str, str]] | None:
    """Return what `columns_version` was made of; None for no token, or one of another reading of the file."""
    found = read(_about(COLUMNS, run), post.get(NAME))
    return None if found is None else (Matching.from_json(found[0]), found[1])


def templates_by_name(run: ImportRun, user: PermissionHolder) -> dict[str, str]:
    """Return the user's templates for the run's dataset, and when each was saved."""
    templates: list[ImportTemplate] = list(named_templates(user, run.dataset))
    return {template.name: template.used_at.isoformat() for template in templates}


def file_version(run: ImportRun) -> str:
    """Return the token of a page of the file: how it was read, and what was answered since."""
    return sign(_about(FILE, run), _file_state(run))


def is_file_as_shown(run: ImportRun, post: QueryDict) -> bool:
    return bool(read(_about(FILE, run), post.get(NAME)) == _file_state(run))


def _file_state(run: ImportRun) -> list[Any]:
    return [run.state, run.reading, run.matching]


def _about(step: str, run: ImportRun) -> str:
    """Name the page and the reading of the file: answers about other columns are answers to nothing."""
    if step == FILE:
        return f"import-{FILE}:{run.pk}"
    return f"import-{step}:{run.pk}:{headers_digest(run.findings.get('headers', []))}"
