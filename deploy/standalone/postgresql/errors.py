"""Why the embedded PostgreSQL cannot be used, in a sentence for people."""


class CannotStartError(Exception):
    """The message says what stands in the way and what to do."""
