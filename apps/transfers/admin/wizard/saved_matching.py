"""Reuses the matching of an earlier import or of a template, by the columns' headers."""

import uuid
from typing import Any

from django.http import HttpRequest

from apps.core.admin.page_parameters import number_of
from apps.core.errors import AddressRefused
from apps.transfers.engine.match.headers import carried_over
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors.pages import run_for_reader


def named_run(request: HttpRequest, name: str) -> ImportRun | None:
    """Return the run that the form or the address names; raises `AddressRefused` where there is none."""
    posted = request.POST.get(name, "")
    key = int(posted) if posted.isdecimal() and len(posted) < 10 else number_of(request, name)
    if not key and not request.GET.get(name):
        return None
    run = run_for_reader(request.user, key)
    if run is None:
        raise AddressRefused(f"You have no import run {key}.", page_url=request.path)
    return run


def run_like(request: HttpRequest, dataset: str) -> ImportRun | None:
    """Return the run whose matching is taken over (`like`); raises `AddressRefused` for one that can't be."""
    run = named_run(request, "like")
    if run is None or run.dataset == dataset:
        return run
    if request.method == "POST":
        return None  # Another dataset was chosen in the form.
    raise AddressRefused(
        f"Import run {run.pk} was of another dataset, so its columns don't fit.",
        page_url=request.path,
    )


def matching_like(request: HttpRequest, run: ImportRun) -> Matching | None:
    """Return the matching that the URL names (`like`, a run, or `template`), for this file."""
    headers = Findings.from_json(run.findings).headers
    earlier = run_like(request, run.dataset)
    if earlier is not None:
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
    given = request.GET.get("template", "")
    if not given:
        return None
    own: Any = ImportTemplate.objects.filter(user=request.user, dataset=run.dataset)
    try:
        found: ImportTemplate | None = own.filter(pk=uuid.UUID(given)).first()
    except ValueError:
        found = None
    if found is None:
        raise AddressRefused("You have no such template for this dataset.", page_url=request.path)
    return found
