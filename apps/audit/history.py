"""The one line that makes a model audited: `history = History()`."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


class History(HistoricalRecords):
    """simple-history's tables and manager, with a 64-bit key and no foreign key to the user.

    An append-only history must not be touched when a user goes, so the database holds no constraint.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("history_id_field", models.BigAutoField(primary_key=True))
        kwargs.setdefault("user_db_constraint", False)
        kwargs.setdefault("history_change_reason_field", models.TextField(null=True))
        super().__init__(**kwargs)
