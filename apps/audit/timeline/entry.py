"""An entry: one change or event on a page."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models

from apps.audit.kinds import EVENT_KINDS
from apps.audit.models import ChangeSet
from apps.audit.timeline.values import Change
from apps.core.personal_patterns import masked_in


@dataclass
class Entry:
    """One change of a record, or one event."""

    position: int
    at: datetime
    # "+", "~", or "-" for a record's change, "" for an event.
    kind: str
    sentence: str
    # The affected record; shown before the sentence unless the page is about that record.
    subject: str = ""
    subject_kind: str = ""
    subject_url: str = ""
    model: type[models.Model] | None = None
    key: Any = None
    reason: str = ""
    event_kind: str = ""
    changes: list[Change] = field(default_factory=list)
    change_set: ChangeSet | None = None
    is_own: bool = False
    # False for a change whose previous state was trimmed.
    has_before: bool = True
    # The row of a file that a run wrote it from, where that is known, with what its words meant; and
    # its address for the viewer.
    run_row: str = ""
    run_row_url: str = ""

    @property
    def icon(self) -> str:
        icons = {"+": "add", "~": "edit", "-": "delete"}
        kind = EVENT_KINDS.get(self.event_kind)
        return icons.get(self.kind) or (kind.icon if kind else "info")

    @property
    def opens_by_itself(self) -> bool:
        """Whether the fields show more than the sentence."""
        return self.kind == "~" and (len(self.changes) > 1 or any(c.is_long for c in self.changes))

    def mask(self) -> None:
        """Mask the addresses and numbers in what people and programs wrote freely."""
        self.sentence = masked_in(self.sentence)
        self.subject = masked_in(self.subject)
        self.reason = masked_in(self.reason)
        self.changes = [
            replace(
                made,
                before=masked_in(made.before),
                after=masked_in(made.after),
                words=tuple((kind, masked_in(text)) for kind, text in made.words),
            )
            for made in self.changes
        ]
