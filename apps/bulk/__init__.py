"""Bulk actions: one change to any number of records, with a plan, a result, and an undo.

`actions.py` says what a domain declares, `engine/` plans, applies, and undoes, and `admin/` has the
pages. The app knows no domain: see docs/decisions/056-bulk-actions.md.
"""
