"""Who gets through which door: every address by every role, held against a table people can read."""
