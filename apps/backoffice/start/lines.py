"""A number of the start page: the records that it counts, from which its link and the list behind it are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from apps.accounts.models import User
from apps.backoffice.start.links import PARAMETER, listing


@dataclass(frozen=True, kw_only=True)
class Line:
    """Records of `model`, for people with the permission.

    The number is the count of `records`, and the list that `url` leads to is filtered by the same `records`: a
    line cannot say another number than its list has.
    """

    name: str
    permission: str
    model: type[Model]
    records: Callable[[User], QuerySet[Any]]
    # The choice in the list's filter.
    short: str
    # Whether the list shows just these records without a filter.
    is_all: bool = False

    @property
    def url(self) -> str:
        return listing(self.model, **({} if self.is_all else {PARAMETER: self.name}))


def questions(lines: list[Line], user: User) -> dict[str, QuerySet[Any]]:
    """Return the querysets to count for `user`, by the names of the lines."""
    return {line.name: line.records(user) for line in lines if user.has_perm(line.permission)}
