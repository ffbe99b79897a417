"""Reuses the matching of an earlier import or of a template, by the columns' headers."""

import uuid
from typing import Any

from django.http import HttpRequest

from apps.transfers.engine.match.headers import carried_over
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors.pages import run_for_reader


def matching_like(request: HttpRequest, run: ImportRun) -> Matching | None:
    """Return the matching that the URL names (`like`, a run, or `template`), for this file."""
    headers = Findings.from_json(run.findings).headers
    like = request.GET.get("like", "")
    if like.isdecimal() and len(like) < 19:
        earlier = run_for_reader(request.user, int(like))
        if earlier is not None and earlier.dataset == run.dataset:
            theirs = Findings.from_json(earlier.findings).headers
            return carried_over(Matching.from_json(earlier.matching), theirs, headers)
    template = _template(request, run)
    if template is not None:
        return carried_over(
            Matching.from_json(template.matching),
            template.matching.get("headers", headers),
            headers,
        )
    return None


def _template(request: HttpRequest, run: ImportRun) -> ImportTemplate | None:
    try:
        pk = uuid.UUID(request.GET.get("template", ""))
    except ValueError:
        return None
    own: Any = ImportTemplate.objects.filter(user=request.user, dataset=run.dataset)
    found: ImportTemplate | None = own.filter(pk=pk).first()
    return found
