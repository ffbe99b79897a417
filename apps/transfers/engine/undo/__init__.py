"""Undo: takes a run back from its plan, last row first, field by field, and keeps what has changed since."""
