"""Matching: a file's columns to the dataset's columns, and words to records."""
