"""Events of bulk actions."""

from apps.audit.kinds import Data, EventKind


def _applied(data: Data) -> str:
    if "label" not in data:
        return ""
    return f"ran “{data['label']}” on {data.get('changed', 0):,} {data.get('noun', 'records')}"


def _undid(data: Data) -> str:
    if "label" not in data:
        return ""
    kept = f"; {data['kept']:,} were kept" if data.get("kept") else ""
    return (
        f"undid “{data['label']}” on {data.get('undone', 0):,} {data.get('noun', 'records')}{kept}"
    )


def _canceled(data: Data) -> str:
    return f"canceled “{data['label']}”" if "label" in data else ""


BULK_APPLIED = EventKind("bulk_applied", "Ran a bulk action", icon="checklist", sentence=_applied)
BULK_UNDONE = EventKind("bulk_undone", "Undid a bulk action", icon="undo", sentence=_undid)
BULK_CANCELED = EventKind(
    "bulk_canceled", "Canceled a bulk action", icon="cancel", sentence=_canceled
)


def _merged(data: Data) -> str:
    return f"merged another {data['noun']} into this one" if "noun" in data else ""


def _unmerged(data: Data) -> str:
    return f"undid the merge with another {data['noun']}" if "noun" in data else ""


MERGED = EventKind("merged", "Merged two records", icon="merge", sentence=_merged)
UNMERGED = EventKind("unmerged", "Undid a merge", icon="undo", sentence=_unmerged)
