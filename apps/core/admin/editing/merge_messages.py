"""Messages after a save that others' changes were merged into."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.template.defaultfilters import date as format_date
from django.utils import timezone

from apps.core.actors import PermissionHolder
from apps.core.admin.editing.compared_form import ComparedForm
from apps.core.admin.editing.conflicts import authors_of
from apps.core.admin.editing.display_values import label_of
from apps.core.authorship import Authorship
from apps.core.personal import readable
from apps.core.wording import listed


def describe_merges(
    form: ComparedForm, formsets: Iterable[Any], viewer: PermissionHolder
) -> list[str]:
    """Return a sentence for each change by others that was kept in a save."""
    message = [*_of_form(form, "", viewer)]
    for formset in formsets:
        for row in getattr(formset, "initial_forms", ()):
            if getattr(row, "gone", None) is None and getattr(row, "is_compared", False):
                message += _of_form(row, f" of {readable(str(row.instance))}", viewer)
    return message


def _of_form(form: ComparedForm, of_what: str, viewer: PermissionHolder) -> Iterator[str]:
    merged = form.merged
    if not merged:
        return
    own = [_label(form, name) for name in form.changed_data if name not in merged]
    beside = f"; your change to {_the(own)} was saved too." if own else ". That change was kept."
    authors = authors_of(form, merged)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in merged:
        groups.setdefault(_by(authors.get(name), viewer), []).append(_label(form, name))
    for (who, why), labels in groups.items():
        verb = "was" if len(labels) == 1 else "were"
        yield f"{_sentence_start(labels)}{of_what} {verb} changed by {who}{why}{beside}"


def _label(form: ComparedForm, name: str) -> str:
    label = label_of(form, name)
    # An ID or a URL keeps its capitals.
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _the(labels: list[str]) -> str:
    return f"the {listed(labels)}"


def _by(author: Authorship | None, viewer: PermissionHolder) -> tuple[str, str]:
    if author is None:
        return "somebody", ""
    who = "you" if author.actor_id == viewer.pk else author.actor
    why = f" (“{author.reason}”)" if author.reason else ""
    return f"{who} {at_words(author)}", why


def at_words(author: Authorship) -> str:
    """Return "at 14:02 UTC", or "on November 21, 2026 at 14:02 UTC" for another day."""
    at = timezone.localtime(author.at)
    time = f"at {format_date(at, 'H:i')} {at.tzname()}"
    return time if at.date() == timezone.localdate() else f"on {format_date(at, 'F j, Y')} {time}"


def _sentence_start(labels: list[str]) -> str:
    return f"The {listed(labels)}"
