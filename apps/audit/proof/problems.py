"""The problems that a verification finds, in words."""

from dataclasses import asdict, dataclass

# Report at most this many problems per table and check; more would not help.
LIMIT = 100


@dataclass(frozen=True)
class Problem:
    """One problem: its kind, its table, and its position or record."""

    kind: str
    table: str
    message: str
    position: int | None = None
    record: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
