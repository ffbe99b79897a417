"""What higher apps add to pages of lower ones: templates on every page, inlines and actions on one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib.admin.options import InlineModelAdmin
from unfold.admin import ModelAdmin

from apps.core.port import Registry


@dataclass(frozen=True)
class AddedTemplate:
    """A template that is included with the page's own context."""

    # Below every list, below every record, or in the head of every record.
    place: Literal["list", "record", "head"]
    name: str


ADDED_TEMPLATES = Registry[AddedTemplate](
    "added templates",
    "what higher apps show on every list and record",
    key=lambda added: added.name,
)


def added_templates(place: str) -> list[str]:
    return [added.name for added in ADDED_TEMPLATES if added.place == place]


@dataclass(frozen=True)
class AddedToPage:
    """An inline or an action, and the admin class that shows it."""

    page: type[ModelAdmin]
    name: str


ADDED_TO_PAGES = Registry[AddedToPage](
    "added inlines and actions",
    "what higher apps show on the page of one model",
    key=lambda added: f"{added.page.__name__}: {added.name}",
)


class ExtensibleAdmin(ModelAdmin):
    """A page that higher apps can add to, each from the `admin/` folder of its own."""

    @classmethod
    def add_inline(cls, inline: type[InlineModelAdmin]) -> type[InlineModelAdmin]:
        """Show records of a higher app on this page; the higher app decorates its inline with this."""
        ADDED_TO_PAGES.add(AddedToPage(cls, inline.__name__), module=inline.__module__)
        cls.inlines = [*cls.inlines, inline]
        return inline

    @classmethod
    def add_action(cls, action: Callable[..., Any]) -> Any:
        """Offer an action of a higher app (a `confirmed` function) on a record's page here."""
        ADDED_TO_PAGES.add(AddedToPage(cls, action.__name__), module=action.__module__)
        setattr(cls, action.__name__, action)
        cls.actions_detail = [*cls.actions_detail, action.__name__]
        return action
