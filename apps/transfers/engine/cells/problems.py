"""Why a cell or a row is refused, in words that an agent can act on."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """`code` groups equal problems ("email:missing"); `column` is a dataset column or ""."""

    code: str
    column: str
    message: str
    value: str = ""
    suggestion: str = ""

    def to_json(self) -> dict[str, str]:
        data = asdict(self)
        if len(data["value"]) > 200:
            data["value"] = data["value"][:199] + "…"
        return data


class CellError(Exception):
    """Raised by a cell's reader; the caller adds the column."""

    def __init__(self, code: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion
