"""Exports: a dataset's columns over a list of records, as CSV or XLSX."""
