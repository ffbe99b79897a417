"""What the accounts app answers about the people behind a job."""

from collections.abc import Callable
from typing import Any

from apps.core.port import Port

# Gets a person and the one who acted in their place, and returns why the work is not done, or nothing.
STAND_INS = Port[Callable[[Any, Any], str]](
    "stand-ins", "whether what somebody confirmed in another person's place may still be done"
)
