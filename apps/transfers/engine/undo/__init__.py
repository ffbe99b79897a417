"""Undo: reverts a run by its plan, last row first, field by field, and keeps later changes."""
