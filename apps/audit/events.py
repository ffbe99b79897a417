"""Events that are no record's change: sign-ins, exports, refusals."""

from typing import Any


def record_event(kind: str, *, actor: Any = None, target: Any = None, **data: Any) -> None:
    """Write one event to the audit log, with the actor and the reason of the current context.

    `kind` is one of `Kind`; `target` the record it is about, if any; `data` must fit JSON.
    """
