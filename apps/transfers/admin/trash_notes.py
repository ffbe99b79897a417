"""Links to the records in the trash that the notes of a plan's rows mention."""

from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps

from apps.core.actors import PermissionHolder
from apps.core.admin.trash.records import trash_urls
from apps.transfers.engine.plan.trash_notes import NOTE
from apps.transfers.selectors import PlanRow


def pages_in_trash(user: PermissionHolder, rows: Iterable[PlanRow]) -> dict[str, str]:
    """Return key of the record → address, of those that `user` may open."""
    named = defaultdict(set)
    for row in rows:
        for problem in row.problems:
            if problem.get("code") == NOTE:
                named[problem["model"]].add(problem["record"])
    found: dict[str, str] = {}
    for label, keys in named.items():
        found |= trash_urls(user, apps.get_model(label), keys)
    return found
