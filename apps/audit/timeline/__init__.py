"""Reads the history as sentences: of one record, or of everything."""
