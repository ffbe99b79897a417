"""Every flag, switch and sample that the code asks for, declared once.

The set-up creates what is missing (`flags_ensure`) and never overwrites what staff have set. The
admin marks what is declared here and gone from the database, and what is there and not declared.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Declaration:
    """One flag, switch or sample.

    `default` is its state when it is created. While it is missing from the database, one of the kind
    `release` answers its default, and one of the kind `operations`, which exists to stop something, answers
    off: losing its row must not start again what somebody has stopped. `off_headline` is the clause that the
    page of a gate begins with when the flag shuts it.
    """

    name: str
    label: str
    description: str
    owner: str
    default: bool = False
    off_headline: str = ""
    kind: Literal["operations", "release"] = "release"

    @property
    def without_row(self) -> bool:
        """The answer while it is missing from the database."""
        return self.default and self.kind == "release"


def _by_name(*declarations: Declaration) -> dict[str, Declaration]:
    return {declaration.name: declaration for declaration in declarations}


FLAGS = _by_name(
    Declaration(
        name="bulk-import",
        label="Bulk import",
        description="Lets rosters and other files be imported, in the admin and by command.",
        owner="Support",
        default=True,
        off_headline="Imports are switched off",
        kind="operations",
    ),
)
SWITCHES = _by_name(
    Declaration(
        name="report-mails",
        label="Report mails",
        description="Mails scheduled reports to their subscribers.",
        owner="Operations",
        default=True,
        off_headline="Report mails are switched off",
        kind="operations",
    ),
)
SAMPLES: dict[str, Declaration] = {}
