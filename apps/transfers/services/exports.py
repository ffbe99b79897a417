"""Exports: streamed at once when small, in the background when not. Asks for
`transfers.export_data` and the view permission of the dataset's model."""

from collections.abc import Iterator
from typing import Any

from apps.transfers.models import ExportRun


def export_stream(
    *,
    dataset: str,
    fields: list[str] | None = None,
    filters: dict[str, Any] | None = None,
    queryset: Any = None,
    query: dict[str, Any] | None = None,
    actor: Any,
) -> tuple[ExportRun, Iterator[bytes]]:
    """Return a recorded CSV export and its bytes, for a StreamingHttpResponse.

    `queryset` (of the dataset's model, as the list shows it) or `filters` narrow it; `query` is what
    is recorded. The actor's scope is laid over either.
    """
    raise NotImplementedError


def export_run_start(
    *,
    dataset: str,
    format: str,
    fields: list[str] | None = None,
    filters: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    actor: Any,
) -> ExportRun:
    """Queue an export; the person is told when the file is ready."""
    raise NotImplementedError
