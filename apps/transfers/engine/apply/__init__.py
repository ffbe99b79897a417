"""Applying: writes the plan chunk by chunk, and skips records that changed since the plan was made."""
