"""Tells the audit app the page of a bulk action."""

from django.urls import reverse

from apps.audit.timeline.registry import timeline_runs
from apps.bulk.change_sources import BULK_RUN, MERGE_RUN


def run_url(run_id: int | str) -> str:
    return reverse("admin:bulk_bulkrun_change", args=[run_id])


timeline_runs(BULK_RUN, url=run_url)


def merge_url(merge_id: int | str) -> str:
    return reverse("admin:bulk_merge_change", args=[merge_id])


timeline_runs(MERGE_RUN, url=merge_url)
