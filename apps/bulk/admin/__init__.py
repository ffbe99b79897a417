"""Bulk actions of lists (`offer.py`), and the page of a run (`run.py`)."""
