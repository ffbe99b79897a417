"""The answers of one process."""

import os
from typing import Any

from apps.accounts.models import User
from apps.flags.models import Flag, Sample, Switch


def answers(name: str, email: str) -> dict[str, Any]:
    user = User.objects.filter(email=email).first()
    return {
        "pid": os.getpid(),
        "flag": Flag.get(name).is_active_for_user(user),
        "switch": Switch.get(name).is_active(),
        "sample": Sample.get(name).is_active(),
    }
