"""What a person does to an import; the worker does the rest.

Each asks for `transfers.import_data` and the permissions of the models that the dataset writes
(`actor=None` is a command on the server, which may), and whether the flag `bulk-import` is open.
"""

from typing import Any

from django.core.files.base import File

from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Matching, Reading


def import_run_start(
    *,
    dataset: str,
    file: File,
    name: str = "",
    reading: Reading | None = None,
    attempt_of: ImportRun | None = None,
    actor: Any,
) -> ImportRun:
    """Store the file, create the run in state `uploaded`, and ask a worker to read it.

    The same file in attempt of an earlier run takes over that run's matching. Raises DomainError
    for a file that is empty, too large, or no table at all.
    """
    raise NotImplementedError


def import_run_reread(*, run: ImportRun, reading: Reading, actor: Any) -> ImportRun:
    """Read the file again with other settings; what was matched and planned is forgotten."""
    raise NotImplementedError


def import_run_match(*, run: ImportRun, matching: Matching, actor: Any) -> ImportRun:
    """Fix what the columns mean (state `matched`) and ask a worker for a plan.

    Allowed in `read` and `planned` (going back). Raises DomainError where a field that the dataset
    needs has no column, or one field has two.
    """
    raise NotImplementedError


def import_run_confirm(
    *, run: ImportRun, plan_token: str, reason: str, typed_number: int | None = None, actor: Any
) -> ImportRun:
    """Accept the plan that was looked at (`plan_token`) and ask a worker to apply it.

    Confirming what is confirmed already is no error and changes nothing. Raises DomainError when
    the plan is another one by now, when nothing is to be done, when a blast radius demands a typed
    number or a second person, or when rows are refused and the run is all or nothing.
    """
    raise NotImplementedError


def import_run_cancel(*, run: ImportRun, actor: Any) -> ImportRun:
    """Stop the run: at once where no worker has it, else within one chunk."""
    raise NotImplementedError


def template_save(
    *, name: str, dataset: str, matching: Matching, headers: list[str], actor: Any
) -> ImportTemplate:
    """Remember a matching by name; the same name again replaces it."""
    raise NotImplementedError


def template_delete(*, template: ImportTemplate, actor: Any) -> None:
    raise NotImplementedError
