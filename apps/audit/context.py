"""Who changes something, why and through what: travels with the transaction to the triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def audit_context(
    *,
    actor: Any = None,
    reason: str = "",
    import_run_id: int | None = None,
    task_run_id: int | None = None,
    request_id: str = "",
    door: str = "",
) -> Iterator[None]:
    """Attribute every change inside the block; given values are laid over those of an outer block.

    `actor` is a user, or the name of a task or command. `door` is the way in: "form", "import",
    "task", "command", "api".
    """
    yield
