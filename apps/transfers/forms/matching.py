"""Step 2: what each column is, what blanks and words mean, and the options of the import."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.apps import apps
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.core.actors import Actor
from apps.transfers.declarations import Column, DatasetResource, FieldKind
from apps.transfers.engine.context import may_create
from apps.transfers.options import Matching
from apps.transfers.selectors import ColumnSuggestion, RelationWords, ValueWord

MODES = [
    ("upsert", "Create and update"),
    ("create", "Create only"),
    ("update", "Update only"),
]
HOW = {
    "exact": ("same name", "success"),
    "synonym": ("known synonym", "success"),
    "remembered": ("same as last time", "success"),
    "guess": ("guess", "warning"),
    "hand": ("by hand", "info"),
    "none": ("not imported", "default"),
}
BLANKS = {"leave": "leave as it is", "clear": "clear the field", "refuse": "refuse the row"}
ON_ERROR = [("skip", "Apply the good rows"), ("stop", "All rows or none")]
DATE_ORDERS = [
    ("", "Detect"),
    ("dmy", "Day first"),
    ("mdy", "Month first"),
]
DECIMAL_MARKS = [("", "Detect"), (".", "1,234.50"), (",", "1.234,50")]


class MatchingForm(forms.Form):
    """The panel beside the columns. The columns themselves are read by `posted_matching`."""

    mode = forms.ChoiceField(
        label="Records", choices=MODES, initial="upsert", widget=UnfoldAdminRadioSelectWidget
    )
    on_error = forms.ChoiceField(
        label="When rows are refused",
        choices=ON_ERROR,
        initial="skip",
        widget=UnfoldAdminRadioSelectWidget,
    )
    stop_after = forms.IntegerField(
        label="Stop after this many refused rows",
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "never"}),
    )
    decimal_mark = forms.ChoiceField(
        label="Number format",
        choices=DECIMAL_MARKS,
        required=False,
        widget=UnfoldAdminRadioSelectWidget,
    )
    empty_words = forms.CharField(
        label="Words that mean an empty cell",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "N/A, -"}),
    )
    save_as = forms.CharField(
        label="Save as template",
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Name for the next roster"}),
    )

    def __init__(
        self,
        *args: Any,
        dataset: type[DatasetResource],
        matching: Matching,
        actor: Actor,
        relations: Iterable[RelationWords] = (),
        **kwargs: Any,
    ) -> None:
        looked_up = {group.column: group for group in relations}
        empty = sorted({word for words in matching.empty_words.values() for word in words})
        kwargs["initial"] = {
            "mode": matching.mode,
            "on_error": matching.on_error,
            "stop_after": matching.stop_after or None,
            "decimal_mark": matching.decimal_mark,
            "empty_words": ", ".join(empty),
        }
        super().__init__(*args, **kwargs)
        columns = dataset.columns()
        if not any(column.kind == FieldKind.DECIMAL for column in columns.values()):
            del self.fields["decimal_mark"]
        for name, column in columns.items():
            relation = column.relation
            if relation and relation.create and may_create(apps.get_model(relation.model), actor):
                self.fields[f"create_{name}"] = forms.BooleanField(
                    label=_creation(column, looked_up.get(name)),
                    required=False,
                    initial=name in matching.create_missing,
                    widget=UnfoldBooleanWidget,
                )

    def over(self, matching: Matching) -> Matching:
        """Return the matching with the panel's options."""
        data = self.cleaned_data
        words = [word.strip() for word in data["empty_words"].split(",") if word.strip()]
        targets = {target for target in matching.columns.values() if target}
        return replace(
            matching,
            mode=data["mode"],
            on_error=data["on_error"],
            stop_after=data["stop_after"] or 0,
            decimal_mark=data.get("decimal_mark", ""),
            empty_words=dict.fromkeys(sorted(targets), words) if words else {},
            create_missing=[
                name.removeprefix("create_")
                for name, value in data.items()
                if name.startswith("create_") and value
            ],
        )


def _creation(column: Column, words: RelationWords | None) -> str:
    """Return how many records the option would create, if every word was looked up."""
    label = column.label.lower()
    if words is None or not words.is_whole or not words.missing:
        return f"Create a missing {label}"
    number, rows = words.missing, words.missing_rows
    return (
        f"Create {number:,} missing {label}{'s' if number > 1 else ''} "
        f"({rows:,} row{'s' if rows != 1 else ''})"
    )


def posted_matching(
    post: QueryDict,
    before: Matching,
    suggestions: Iterable[ColumnSuggestion],
    words: Iterable[ValueWord],
    dataset: type[DatasetResource],
) -> Matching:
    """Read columns, blanks, date orders, and words from the page. What it did not show stays."""
    columns, how = dict(before.columns), dict(before.how)
    blanks, orders = dict(before.blanks), dict(before.date_orders)
    known = dataset.columns()
    for line in suggestions:
        position = str(line.position)
        target = post.get(f"column-{position}", line.target)
        target = target if target in known else ""
        columns[position] = target
        # An unchanged suggestion still counts as a suggestion.
        how[position] = line.how if target == line.target else ("hand" if target else "none")
        if not target:
            continue
        blank = post.get(f"blank-{position}", "")
        if blank in ("leave", "clear", "refuse"):
            blanks[target] = blank
        order = post.get(f"date-{position}")
        if order is not None and known[target].kind == FieldKind.DATE:
            orders[target] = order if order in ("dmy", "mdy", "ymd") else ""
    return replace(
        before,
        columns=columns,
        how=how,
        blanks=blanks,
        date_orders={name: order for name, order in orders.items() if order},
        values=_posted_words(post, before, words, known),
    )


def typed_field(column: str, word: str) -> str:
    return f"typed:{column}:{word}"


def word_field(column: str, word: str) -> str:
    return f"word:{column}:{word}"


def _posted_words(
    post: QueryDict, before: Matching, words: Iterable[ValueWord], known: Mapping[str, Column]
) -> dict[str, dict[str, str]]:
    """Return the words of the matching: only those whose meaning a person changed.

    An empty value refuses the word's rows; unknown words stay open.
    """
    values = {column: dict(own) for column, own in before.values.items()}
    meant = {(word.column, word.word): word.value for word in words}
    for name, posted in post.items():
        if not name.startswith("word:"):
            continue
        _, column, word = name.split(":", 2)
        value = str(posted)
        if column not in known:
            continue
        if known[column].relation is not None:
            # A typed value overrides a chosen one; with neither, the word stays open.
            value = str(post.get(typed_field(column, word), "")).strip() or value
            own = {w: v for w, v in values.pop(column, {}).items() if w != word}
            values |= {column: own | ({word: value} if value else {})}
            continue
        if value == meant.get((column, word), ""):
            continue
        values.setdefault(column, {})[word] = value
    return {column: own for column, own in values.items() if own}
