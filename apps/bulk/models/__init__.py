"""Bulk actions with their records, and merges with theirs."""

from apps.bulk.models.merge import Merge, MergedRow
from apps.bulk.models.run import BulkItem, BulkRun

__all__ = ["BulkItem", "BulkRun", "Merge", "MergedRow"]
