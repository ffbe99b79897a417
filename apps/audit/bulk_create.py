"""simple-history's `bulk_create_with_history`, which refuses before its write what it would refuse after it.

The package's function ends its transaction before it calls the history's manager where conflicts are ignored:
what the manager refuses then is written already.
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
    """Put the function in the place of the package's."""
    utils.bulk_create_with_history = bulk_create_with_history
