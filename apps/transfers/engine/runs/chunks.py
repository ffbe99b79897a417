"""How many rows of a plan are processed in one transaction."""

CHUNK = 20_000
