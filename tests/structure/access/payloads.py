"""What a browser would post from a page: its forms' fields as they stand, and a reason where one is asked."""

from html.parser import HTMLParser
from typing import Any

from django import forms

REASON = "Asked for by the customer."


class _Forms(HTMLParser):
    """Collects the fields of each form that posts."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._open: dict[str, list[str]] | None = None
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._open = {} if given.get("method", "").lower() == "post" else None
            if self._open is not None and "logout" not in given.get("action", ""):
                self.forms.append(self._open)
        elif self._open is None or (not name and tag != "option"):
            return
        elif tag == "input":
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            if kind not in ("submit", "button", "file", "image"):
                value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
                self._open.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._open.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self._textarea = name
            self._open.setdefault(name, []).append("")

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._textarea:
            self._open[self._textarea][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


def posting_forms(response: Any) -> list[dict[str, list[str]]]:
    """Return the fields of each form of the page that posts, but for signing out."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return parser.forms


def payload(response: Any) -> dict[str, Any]:
    """Return what the page's main form would post, with what a person still has to fill in."""
    if response.status_code != 200 or response.streaming:
        return {**FILLED_IN}
    fields: dict[str, Any] = max(posting_forms(response), key=len, default={})
    fields.pop("csrfmiddlewaretoken", None)
    context = response.context or {}
    form = context["adminform"].form if "adminform" in context else context.get("form")
    for name, field in getattr(form, "fields", {}).items():
        if field.required and not any(fields.get(form.add_prefix(name), ())):
            fields[form.add_prefix(name)] = _made_up(field)
    return {**fields, **FILLED_IN, "typed": getattr(form, "typed", "")}


FILLED_IN = {"reason": REASON, "_reason": REASON, "wanted": "yes"}


def _made_up(field: Any) -> Any:
    """Return a value that a required field takes."""
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first()
        return field.prepare_value(first) if first else ""
    if isinstance(field, forms.SplitDateTimeField):
        return ""
    if isinstance(field, forms.EmailField):
        return "somebody.new@example.org"
    if isinstance(field, forms.IntegerField):
        return "7"
    if choices := [value for value, _ in getattr(field, "choices", ()) if value]:
        return choices[0]
    return "something-new"
