"""Step 2, Columns: what each column of the file is, and what its words and blanks mean."""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, UnfoldAdminSelect2Widget

from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.access import dataset_card
from apps.transfers.admin.wizard.doors import render, run_page
from apps.transfers.admin.wizard.remembered import matching_like
from apps.transfers.admin.wizard.steps import CHECK, COLUMNS, FILE, step_context, step_url
from apps.transfers.declarations import Column, DatasetResource, Kind
from apps.transfers.forms.matching import (
    BLANKS,
    DATE_ORDERS,
    HOW,
    MatchingForm,
    posted_matching,
    typed_field,
    word_field,
)
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors import (
    ColumnSuggestion,
    RelationWords,
    ValueWord,
    column_suggestions,
    relation_words,
    value_words,
)
from apps.transfers.selectors.matching import two_readings
from apps.transfers.selectors.pages import latest_runs, named_templates
from apps.transfers.services import import_run_match, template_save
from apps.transfers.services.drafts import import_run_keep_draft


@run_page(step=COLUMNS)
def columns(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    if request.method == "POST":
        return _save(request, run)
    taken_over = matching_like(request, run)
    if taken_over is not None:
        run.matching = taken_over.to_json()
        import_run_keep_draft(run=run, matching=taken_over, actor=request.user)
    return _page(request, run)


def _save(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    dataset = registry.get(run.dataset)
    before = Matching.from_json(run.matching)
    shown = _shown_words(request)
    matching = posted_matching(
        request.POST, before, column_suggestions(run), value_words(run), dataset
    )
    form = MatchingForm(request.POST, dataset=dataset, matching=matching)
    if not form.is_valid():
        run.matching = matching.to_json()
        return _page(request, run, form=form, status=400)
    matching = form.over(matching)
    run.matching = matching.to_json()
    if any(need.is_missing for need in _needs(dataset, matching)) and "back" not in request.POST:
        # The page names them on top by itself.
        return _page(request, run, form=form, status=409)
    if "back" in request.POST:
        import_run_keep_draft(run=run, matching=matching, actor=request.user)
        return HttpResponseRedirect(step_url(run, FILE))
    unseen = [w for w in value_words(run) if w.how == "none" and (w.column, w.word) not in shown]
    if unseen:
        import_run_keep_draft(run=run, matching=matching, actor=request.user)
        messages.warning(request, _words_to_match(unseen))
        return _page(request, run)
    try:
        import_run_match(run=run, matching=matching, actor=request.user)
        _save_template(request, run, form, matching)
    except DomainError as error:
        run.matching = matching.to_json()
        form.add_error(None, error.message)
        return _page(request, run, form=form, status=409)
    return HttpResponseRedirect(step_url(run, CHECK))


def _save_template(
    request: HttpRequest, run: ImportRun, form: MatchingForm, matching: Matching
) -> None:
    name = form.cleaned_data["save_as"].strip()
    if name:
        headers = Findings.from_json(run.findings).headers
        template_save(
            name=name, dataset=run.dataset, matching=matching, headers=headers, actor=request.user
        )


def _shown_words(request: HttpRequest) -> set[tuple[str, str]]:
    return {
        (column, word)
        for column, _, word in (
            name.removeprefix("word:").partition(":")
            for name in request.POST
            if name.startswith("word:")
        )
    }


def _words_to_match(words: list[ValueWord]) -> str:
    if len(words) == 1:
        return f"Say what “{words[0].word}” means, below. Left open, its rows are refused."
    return f"Say what {len(words)} words mean, below. Left open, their rows are refused."


@dataclass
class Need:
    """A column that no row can do without; `for_new` where only a new record cannot."""

    column: Column
    for_new: bool
    is_missing: bool


def _needs(dataset: type[DatasetResource], matching: Matching) -> list[Need]:
    given = set(matching.columns.values())
    return [
        Need(
            column=column,
            for_new=not column.needed,
            is_missing=name not in given and (column.needed or matching.mode != "update"),
        )
        for name, column in dataset.columns().items()
        if column.needed or column.required
    ]


@dataclass
class Line:
    """One column of the file, as the page shows it."""

    position: int
    header: str
    samples: list[str]
    target: str
    how: str
    how_color: str
    blanks: int
    blank: str
    blank_choices: list[tuple[str, str]]
    blanks_refuse: bool
    date_order: str | None
    # A date of the column that has two readings, where nobody has said which.
    ambiguous: str = ""


def _line(suggestion: ColumnSuggestion, known: dict[str, Column], matching: Matching) -> Line:
    position = str(suggestion.position)
    target = matching.columns.get(position, suggestion.target)
    how = matching.how.get(position) or suggestion.how
    column = known.get(target)
    blank_choices = []
    if column is not None and suggestion.blanks:
        blank_choices = [
            choice for choice in BLANKS.items() if choice[0] != "clear" or column.clearable
        ]
    word, color = HOW.get(how if target else "none", (how, "default"))
    return Line(
        position=suggestion.position,
        header=suggestion.header,
        samples=suggestion.samples,
        target=target,
        how=word,
        how_color=color,
        blanks=suggestion.blanks,
        blank=matching.blanks.get(target, str(column.blank) if column else ""),
        blank_choices=blank_choices,
        blanks_refuse=column is not None and column.needed and suggestion.blanks > 0,
        date_order=matching.date_orders.get(target, "")
        if column is not None and column.kind == Kind.DATE
        else None,
    )


def _word_groups(words: list[ValueWord], known: dict[str, Column]) -> list[dict[str, Any]]:
    groups = []
    for name, members in groupby(words, key=lambda word: word.column):
        items = [{"field": word_field(word.column, word.word), "word": word} for word in members]
        column = known.get(name)
        groups.append(
            {
                "label": column.label if column else name,
                "choices": column.choices if column else (),
                "words": items,
                "unknown": sum(item["word"].how == "none" for item in items),  # type: ignore[attr-defined]
            }
        )
    return groups


def _relation_group(group: RelationWords) -> dict[str, Any]:
    """A relation column's open words, each with the records that it may mean."""
    items = []
    for word in group.words:
        choices = [(candidate.value, str(candidate)) for candidate in word.candidates]
        if word.meant and word.meant not in {value for value, _ in choices}:
            choices.insert(0, (word.meant, word.meant))
        items.append(
            {
                "field": word_field(word.column, word.word),
                "typed": typed_field(word.column, word.word),
                "word": word,
                "choices": choices,
            }
        )
    return {"group": group, "words": items}


def key_in_words(dataset: type[DatasetResource]) -> str:
    """Say what tells a record of the dataset: "e-mail and organization"."""
    part = dataset.parts()[-1]
    known = dataset.columns()
    earlier = {p.name: p for p in dataset.parts()}

    def label(field: str) -> str:
        source = part.fields.get(field, field)
        if source.startswith("part:"):
            other = earlier[source.removeprefix("part:")]
            source = other.fields.get(other.keys[0][0], other.keys[0][0])
        return known[source].label if source in known else source

    return ", or ".join(" and ".join(label(field) for field in key) for key in part.keys)


def _page(
    request: HttpRequest, run: ImportRun, *, form: MatchingForm | None = None, status: int = 200
) -> HttpResponseBase:
    dataset = registry.get(run.dataset)
    known = dataset.columns()
    matching = Matching.from_json(run.matching)
    suggestions = column_suggestions(run)
    if not matching.columns:
        # The words of what is suggested are shown at once, not after a first click.
        suggested = {str(line.position): line.target for line in suggestions}
        how = {str(line.position): line.how for line in suggestions}
        matching = replace(matching, columns=suggested, how=how)
        run.matching = matching.to_json()
    lines = [_line(suggestion, known, matching) for suggestion in suggestions]
    findings = Findings.from_json(run.findings)
    for line in lines:
        if line.date_order == "":
            line.ambiguous = two_readings(findings, str(line.position))
    relations = relation_words(run, request.user)
    needs = _needs(dataset, matching)
    context = step_context(
        COLUMNS,
        run,
        form=form or MatchingForm(dataset=dataset, matching=matching, relations=relations),
        dataset=dataset_card(run.dataset),
        key=key_in_words(dataset),
        lines=lines,
        fields=list(known.values()),
        needs=needs,
        is_complete=not any(need.is_missing for need in needs),
        groups=_word_groups(value_words(run), known),
        relations=[_relation_group(group) for group in relations],
        date_orders=DATE_ORDERS,
        templates=named_templates(request.user, run.dataset),
        latest=[other for other in latest_runs(request.user, run.dataset) if other.pk != run.pk],
        select_classes=" ".join(SELECT_CLASSES),
        search_media=UnfoldAdminSelect2Widget().media,
        input_classes=" ".join(INPUT_CLASSES),
    )
    return render(request, "columns", context, title=f"Import {run.upload.name}", status=status)
