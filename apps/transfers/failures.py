"""Why an import ended early."""

from apps.core.errors import DomainError


class TooManyRefusedError(DomainError):
    """The number of refused rows reached the agent's limit; nothing was applied."""

    def __init__(self, rows: int, limit: int, hint: str) -> None:
        super().__init__(
            f"Stopped: {rows:,} rows cannot be imported, and you asked to stop after "
            f"{limit:,}. {hint}"
        )
        self.rows = rows
