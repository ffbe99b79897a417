"""The one exception that services raise when a rule of the domain says no."""


class DomainError(Exception):
    """A refusal whose message an operator may read as it is: what, why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
