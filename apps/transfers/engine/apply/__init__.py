"""Applying: writes the plan chunk by chunk, and leaves alone what has changed since the plan was made."""
