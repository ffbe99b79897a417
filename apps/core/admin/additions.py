"""Templates that higher apps add to every page of the admin: below a list, below a record."""

from dataclasses import dataclass
from typing import Literal

from apps.core.port import Registry


@dataclass(frozen=True)
class AddedTemplate:
    """A template that is included with the page's own context."""

    place: Literal["list", "record"]
    name: str


ADDED_TEMPLATES = Registry[AddedTemplate](
    "added templates",
    "what higher apps show on every list and record",
    key=lambda added: added.name,
)


def added_templates(place: str) -> list[str]:
    return [added.name for added in ADDED_TEMPLATES if added.place == place]
