"""simple-history's `bulk_create_with_history`, changed to refuse before its write.

With `ignore_conflicts`, the package's function commits before it calls the history's manager, so a
refusal there would come after the write.
"""

import inspect
from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.db import models
from simple_history import utils

from apps.audit.history_rows import HistoryRowManager, refuse_late

_original = utils.bulk_create_with_history
_signature = inspect.signature(_original)


@wraps(_original)
def bulk_create_with_history(
    objs: Iterable[models.Model], model: type[models.Model], *args: Any, **kwargs: Any
) -> Any:
    given = _signature.bind(list(objs), model, *args, **kwargs)
    if isinstance(utils.get_history_manager_for_model(model), HistoryRowManager):
        options = given.arguments.items()
        refuse_late(
            given.arguments["objs"],
            *(value for name, value in options if name.startswith(("default_", "custom_"))),
        )
    return _original(*given.args, **given.kwargs)


def install() -> None:
    """Replace the package's function."""
    utils.bulk_create_with_history = bulk_create_with_history
