"""Filters of the audit pages for people, sources, and URLs."""

from django import template
from django.db import models
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from apps.audit.change_sources import DATABASE
from apps.audit.models import ChangeSet
from apps.audit.origins import CHANGE_SOURCES, RUN_KINDS
from apps.audit.timeline.registry import runs
from apps.core.personal import readable

register = template.Library()


@register.filter
def person(label: str) -> str:
    """Return the name of "Ada Lovelace <ada@example.org>"."""
    return readable(label.partition(" <")[0]) or "unknown"


@register.filter
def person_in_full(label: str) -> str:
    """Return the name with the address, masked for the reader if needed."""
    return readable(label)


@register.filter
def marked(words: tuple[tuple[str, str], ...]) -> SafeString:
    """Return the runs of `word_diff` as one text, with the removed and the added words marked."""
    forms = {"gone": "<del>{}</del>", "new": "<ins>{}</ins>"}
    marks = ((format_html(forms.get(kind, "{}"), text),) for kind, text in words)
    return format_html_join("", "{}", marks)


@register.filter
def initials(label: str) -> str:
    """Return "AL" for "Ada Lovelace <ada@example.org>", and one letter for a single word."""
    words = [word for word in person(label).replace("@", " ").split() if word[0].isalnum()]
    return "".join(
        word[0] for word in (words if len(words) < 3 else [words[0], words[-1]])[:2]
    ).upper()


@register.filter
def source_icon(change_set: ChangeSet) -> str:
    source = CHANGE_SOURCES.get(change_set.source)
    return source.icon if source else "help"


@register.filter
def source_words(change_set: ChangeSet) -> str:
    """Return the source of a change in words: "form", "import run 12", "psql as postgres"."""
    if change_set.run_kind:
        kind, source = RUN_KINDS.get(change_set.run_kind), CHANGE_SOURCES.get(change_set.source)
        run = f"{kind.label if kind else change_set.run_kind} {change_set.run_id}"
        return f"{source.label} of {run}" if source and source.takes_back else capfirst(run)
    if change_set.source == DATABASE:
        program = change_set.application or "by hand"
        return f"Database, {program} as {change_set.database_role}"
    return change_set.source_label


@register.filter
def source_url(change_set: ChangeSet) -> str:
    """Return the URL of a change set's run, if it has a page."""
    kind = RUN_KINDS.get(change_set.run_kind)
    known = runs.get(kind) if kind else None
    return known.url(change_set.run_id) if known else ""


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: object) -> str:
    """Return this page's query with some parameters changed; empty ones are left out."""
    query = context["request"].GET.dict() | {
        name: str(value or "") for name, value in changes.items()
    }
    return "?" + urlencode({name: value for name, value in query.items() if value})


@register.simple_tag
def noun(model: type[models.Model], count: int) -> str:
    opts = model._meta
    return str(opts.verbose_name if count == 1 else opts.verbose_name_plural)
