"""What a verification finds, in words."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it must be: what, in which table, at which position or record."""

    kind: str
    table: str
    message: str
    position: int | None = None
    record: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
