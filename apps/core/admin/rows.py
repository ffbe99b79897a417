"""The rows of a list as HTML, made by Python: a template for each row and cell is most of a stock list's time.

The cells are Django's and Unfold's in everything that a ModelAdmin can declare: fields, callables, attributes,
`empty_value_display`, `boolean`, and the options of Unfold's `display`. What a cell looks like is written once, in
the style sheet. Lists with what needs a form or a drawer in each row are left to Unfold; see `is_plain`.
"""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any
from urllib.parse import quote as quote_path

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_list import _coerce_field_name  # type: ignore[attr-defined]
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field, quote
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)

type Render = Callable[[Any], tuple[Any, str]]

# Texts that are shown as they are.
_TEXTS = (models.CharField, models.TextField)
# Stands for a record's key in the addresses of the menu, which `row-menu.js` fills in.
KEY = "__key__"


def is_plain(cl: Any, actions: list[dict[str, Any]]) -> bool:
    """Tell whether the rows need neither a form, nor a drawer, nor a button of their own."""
    model_admin = cl.model_admin
    return not (
        getattr(cl, "formset", None)
        or model_admin.list_sections
        or model_admin.ordering_field
        or any(action["dialog"] or not action["display_in_dropdown"] for action in actions)
    )


def rows(cl: Any, *, with_menu: bool) -> SafeString:
    """Return the rows of the page."""
    return mark_safe("".join(_rows(cl, with_menu)))


def _rows(cl: Any, with_menu: bool) -> Iterator[str]:
    columns = [_Column(cl, index, name) for index, name in enumerate(cl.list_display)]
    linked = _linked(cl)
    links = _Links(cl) if linked else None
    for record in cl.result_list:
        yield "<tr>"
        cells: list[str] = []
        name, checkbox, first = "", None, True
        for column in columns:
            shown, kind = column.render(record)
            if column.is_checkbox:
                checkbox = len(cells)
                cells.append("")
                continue
            tag = "td"
            shown = conditional_escape(shown)
            if links and column.name in linked:
                name = name or shown
                tag, first = ("th" if first else "td"), False
                shown = links.link(record, shown)
            cells.append(f'<{tag} class="{column.classes}{kind}">{shown}</{tag}>')
        if checkbox is not None:
            cells[checkbox] = _checkbox(cl, record, name)
        yield from cells
        if with_menu:
            yield _menu(record, has_checkbox=checkbox is not None)
        yield "</tr>"


def _linked(cl: Any) -> set[Any]:
    """Return the columns that link to the record; by default the first that is not the checkbox."""
    if cl.list_display_links is None:
        return set()
    if cl.list_display_links:
        return set(cl.list_display_links)
    return set(cl.list_display[:1])


class _Links:
    """The links to the records' pages, with the filters of the list that they lead back to."""

    def __init__(self, cl: Any) -> None:
        self.cl = cl
        self.context = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
        # What is added to an address without parameters is the same in each row.
        self.added: str | None = None
        self.key = str(cl.to_field) if cl.to_field else cl.pk_attname

    def link(self, record: models.Model, shown: str) -> str:
        try:
            url = self.cl.url_for_result(record)
        except NoReverseMatch:
            return shown
        opener = ""
        if self.cl.is_popup:
            opener = f' data-popup-opener="{escape(record.serializable_value(self.key))}"'
        return f'<a href="{escape(self._with_filters(url))}"{opener}>{shown}</a>'

    def _with_filters(self, url: str) -> str:
        if "?" in url or "#" in url:
            return str(add_preserved_filters(self.context, url))
        if self.added is None:
            self.added = str(add_preserved_filters(self.context, url)).removeprefix(url)
        return url + self.added


def _menu(record: models.Model, *, has_checkbox: bool) -> str:
    """Return the cell in which `row-menu.js` puts the button. The key stands in the checkbox already."""
    key = quote_path(str(quote(record.pk)))
    if has_checkbox and key == str(record.pk):
        return '<td class="qd-row-menu"></td>'
    return f'<td class="qd-row-menu" data-key="{escape(key)}"></td>'


def _checkbox(cl: Any, record: models.Model, name: str) -> str:
    own = type(cl.model_admin).action_checkbox
    # Not imported: Unfold loads the template tags, and so this module, while its own is half loaded.
    if own.__module__ != "unfold.admin":
        return f'<td class="action-checkbox">{conditional_escape(own(cl.model_admin, record))}</td>'
    said = strip_tags(name).strip() if "<" in name else name
    return (
        f'<td class="action-checkbox"><input type="checkbox" name="{ACTION_CHECKBOX_NAME}" '
        f'value="{escape(record.pk)}" class="action-select" aria-label="Select {said or "record"}"></td>'
    )


class _Column:
    """One column: how the value of a record is found and shown, decided once for all rows."""

    def __init__(self, cl: Any, index: int, name: Any) -> None:
        self.cl = cl
        self.name = name
        self.admin = cl.model_admin
        self.empty = self.admin.get_empty_value_display()
        self.is_checkbox = name == "action_checkbox"
        self.classes = f"field-{_coerce_field_name(name, index)}"
        self.render: Render = self._renderer()

    def _renderer(self) -> Render:
        if self.is_checkbox:
            return lambda record: ("", "")
        if self._field() is not None:
            return self._text if self._is_text() else self._any
        if callable(self.name):
            return self._called(self.name)
        if self.name != "__str__" and hasattr(self.admin, self.name):
            return self._called(getattr(self.admin, self.name))
        return self._any

    def _field(self) -> Any:
        try:
            return self.cl.lookup_opts.get_field(self.name)
        except (FieldDoesNotExist, AttributeError, TypeError):
            return None

    def _is_text(self) -> bool:
        field = self._field()
        return type(field).__module__.startswith(("django.db", "apps.core")) and (
            isinstance(field, _TEXTS) and not field.flatchoices
        )

    def _text(self, record: models.Model) -> tuple[Any, str]:
        value = getattr(record, self.name)
        return (self.empty if value is None or value == "" else str(value)), ""

    def _called(self, attribute: Callable[[Any], Any]) -> Render:
        show, more = self._shown(attribute)

        def render(record: models.Model) -> tuple[Any, str]:
            try:
                value = attribute(record)
            except ObjectDoesNotExist:
                return self.empty, more
            return show(record, value), more + _nowrap(value)

        return render

    def _any(self, record: models.Model) -> tuple[Any, str]:
        """Return what Unfold shows of a field, an attribute, or a property."""
        try:
            field, attribute, value = lookup_field(self.name, record, self.admin)
        except ObjectDoesNotExist:
            return self.empty, ""
        if field is None or field.auto_created:
            show, more = self._shown(attribute)
            return show(record, value), more + _nowrap(value)
        kind = ""
        if isinstance(field, (models.DateField, models.TimeField, models.ForeignKey)):
            kind = " nowrap"
        if isinstance(field.remote_field, models.ManyToOneRel):
            related = getattr(record, field.name)
            return (self.empty if related is None else related), kind
        return display_for_field(value, field, self.empty), kind

    def _shown(self, attribute: Any) -> tuple[Callable[[Any, Any], Any], str]:
        """Return how a value is shown and the classes of its cell, as Django's and Unfold's `display` say."""
        empty = getattr(attribute, "empty_value_display", self.empty)
        boolean = getattr(attribute, "boolean", False)
        label = getattr(attribute, "label", False)
        more = " !text-end" if getattr(attribute, "formatting", None) == "price" else ""
        if label:
            return (lambda record, value: display_for_label(value, empty, label)), more
        if getattr(attribute, "dropdown", False):
            return (
                lambda record, value: display_for_dropdown(record, self.name, value, empty)
            ), more
        if getattr(attribute, "header", False):
            return (lambda record, value: display_for_header(value, empty)), more
        if boolean:
            return (lambda record, value: display_for_value(value, empty, boolean)), more
        return (
            lambda record, value: (
                value if isinstance(value, str) else display_for_value(value, empty, boolean)
            )
        ), more


def _nowrap(value: Any) -> str:
    return " nowrap" if isinstance(value, (date, time)) else ""
