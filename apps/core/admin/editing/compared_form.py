"""The interface of a compared form for the functions that describe it; they take a `Comparing`."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.db.models import Model
from django.forms import BoundField, Field

from apps.core.admin.editing.merge import Compared
from apps.core.admin.editing.opened_values import OpenedValues


class ComparedForm(Protocol):
    fields: dict[str, Field]

    @property
    def opened(self) -> OpenedValues | None: ...

    @property
    def record(self) -> tuple[type[Model], Any]: ...

    @property
    def compared(self) -> Mapping[str, Compared]: ...

    @property
    def merged(self) -> list[str]: ...

    @property
    def changed_data(self) -> list[str]: ...

    def choice(self, name: str) -> str: ...

    def add_prefix(self, field_name: str | int, /) -> str: ...

    def __getitem__(self, name: str, /) -> BoundField: ...
