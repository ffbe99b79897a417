"""What an agent chose for the same headers before."""

from apps.transfers.engine.matching import headers_digest
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Matching


def remembered_matching(run: ImportRun, headers: list[str]) -> Matching | None:
    """Return the user's last matching for these headers, if any."""
    if run.user_id is None:
        return None
    found = ImportTemplate.objects.filter(
        user_id=run.user_id, dataset=run.dataset, headers_digest=headers_digest(headers)
    ).first()
    return Matching.from_json(found.matching) if found else None


def matching_remember(run: ImportRun) -> None:
    """Keep the run's matching for the next file with the same headers."""
    if run.user_id is None:
        return
    # How to go about it, and what may be created, is said anew each time.
    matching = {
        **run.matching,
        "stop_after": 0,
        "mode": "upsert",
        "on_error": "skip",
        "create_missing": [],
    }
    ImportTemplate.objects.update_or_create(
        user_id=run.user_id,
        dataset=run.dataset,
        name="",
        headers_digest=headers_digest(run.findings.get("headers", [])),
        defaults={"matching": matching},
    )
