"""Why the embedded PostgreSQL cannot be used, in a sentence for people."""


class CannotStartError(Exception):
    """The message says what the problem is and what to do."""
