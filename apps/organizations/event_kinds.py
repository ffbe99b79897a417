"""Events of staff access."""

from apps.audit.kinds import Data, EventKind


def _scope_change(data: Data) -> str:
    if "after" not in data:
        return ""
    was = f" (was {data['before']})" if data.get("before") else ""
    return f"limited access to {data['after']}{was}"


SCOPE_CHANGE = EventKind(
    "scope_change", "Changed somebody's access", icon="visibility", sentence=_scope_change
)
