"""The matchings that an agent chose earlier for the same headers."""

from django.db.models import Q

from apps.transfers.engine.match.headers import headers_digest
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Matching


def remembered_matching(run: ImportRun, headers: list[str], content: str) -> Matching | None:
    """Return the user's last matching for these headers, if any.

    For the same file (or the same `content`), it includes which missing records may be created.
    """
    if run.user_id is None:
        return None
    found = ImportTemplate.objects.filter(
        user_id=run.user_id, dataset=run.dataset, headers_digest=headers_digest(headers)
    ).first()
    if found is None:
        return None
    matching = Matching.from_json(found.matching)
    matching.create_missing = _created_for(run, content)
    return matching


def _created_for(run: ImportRun, content: str) -> list[str]:
    same = Q(upload__sha256=run.upload.sha256)
    if content:
        same |= Q(content_digest=content)
    earlier = (
        ImportRun.objects.filter(same, user=run.user, dataset=run.dataset, pk__lt=run.pk)
        .exclude(planned_at=None)
        .order_by("-pk")
        .first()
    )
    return list(earlier.matching.get("create_missing", [])) if earlier else []


def matching_remember(run: ImportRun) -> None:
    """Save the run's matching for the next file with the same headers."""
    if run.user_id is None:
        return
    # The mode and what may be created are chosen again for each file.
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
