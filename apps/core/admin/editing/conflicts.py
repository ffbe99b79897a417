"""Fields that two people changed: what the page shows of each, and the choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from apps.core.admin.editing.compared_form import ComparedForm
from apps.core.admin.editing.display_values import label_of, posted_words, stored_words
from apps.core.authorship import Authorship, last_changes


@dataclass(frozen=True)
class Conflict:
    """One field that both changed; the texts are masked for the reader where needed."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    # The stored value, frozen. A choice counts only while this is still stored.
    now: Any
    author: Authorship | None
    choice: str
    # The name of the radio buttons, and the key of what belongs to them in the page.
    input_name: str

    @property
    def demand(self) -> str:
        who = self.author.actor if self.author else "Somebody"
        return f"{who} changed this since you opened the page. Choose which value to keep."


def choice_name(form: ComparedForm, name: str) -> str:
    return form.add_prefix(f"_choose-{name}")


def conflicts_of(form: ComparedForm, names: Iterable[str]) -> list[Conflict]:
    """Return the conflicts to show for the fields `names` of a compared form."""
    names = list(names)
    authors = authors_of(form, names)
    return [_conflict(form, name, authors.get(name)) for name in names]


def authors_of(form: ComparedForm, names: Iterable[str]) -> dict[str, Authorship]:
    """Return, by field, the author of the stored value."""
    model, key = form.record
    return record_authors(model, key, names)


def record_authors(model: type[Model], key: object, names: Iterable[str]) -> dict[str, Authorship]:
    known = {field.name for field in model._meta.get_fields()}
    return last_changes(model, key, [name for name in names if name in known])


def _conflict(form: ComparedForm, name: str, author: Authorship | None) -> Conflict:
    compared = form.compared[name]
    is_known = form.opened is not None and name in form.opened.values
    return Conflict(
        name=name,
        label=label_of(form, name),
        before=stored_words(form, name, compared.was) if is_known else "not known",
        theirs=stored_words(form, name, compared.now),
        mine=posted_words(form, name),
        now=compared.now,
        author=author,
        choice=form.choice(name),
        input_name=choice_name(form, name),
    )
