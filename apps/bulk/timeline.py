"""Tells the audit app the page of a bulk action."""

from django.urls import reverse

from apps.audit.timeline.registry import timeline_runs
from apps.bulk.change_sources import BULK_RUN


def run_url(run_id: int | str) -> str:
    return reverse("admin:bulk_bulkrun_change", args=[run_id])


timeline_runs(BULK_RUN, url=run_url)
