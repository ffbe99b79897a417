"""Step 2, Columns: what each column of the file is, and what its words and blanks mean."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, UnfoldAdminSelect2Widget

from apps.core.admin.page_parameters import takes
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.access import dataset_card
from apps.transfers.admin.wizard.column_lines import (
    key_in_words,
    line_of,
    needs_of,
    relation_group,
    word_groups,
)
from apps.transfers.admin.wizard.guards import render, run_page
from apps.transfers.admin.wizard.saved_matching import matching_like
from apps.transfers.admin.wizard.steps import CHECK, COLUMNS, FILE, step_context, step_url
from apps.transfers.admin.wizard.versions import (
    columns_version,
    read_columns_version,
    shown_matching,
    templates_by_name,
)
from apps.transfers.declarations import DatasetResource
from apps.transfers.forms.matching import (
    DATE_ORDERS,
    MatchingForm,
    posted_matching,
)
from apps.transfers.forms.merge import Path, conflict_in_words, merged_matching
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors import (
    ValueWord,
    column_suggestions,
    relation_words,
    value_words,
)
from apps.transfers.selectors.matching import two_readings
from apps.transfers.selectors.pages import latest_runs, named_templates
from apps.transfers.services import import_run_match, template_save
from apps.transfers.services.drafts import import_run_keep_draft

MOVED = "Nothing was saved, because the file was read again after this page was opened. Check the columns again."


@takes("like", "template")
@run_page(step=COLUMNS)
def columns(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    taken_over = matching_like(request, run)
    if request.method == "POST":
        with transaction.atomic():
            run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
            return _save(request, run)
    if taken_over is not None:
        # Only shown. The POST of the page stores it: a GET stores nothing.
        run.matching = taken_over.to_json()
    return _page(request, run)


def _save(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Save the answers; the caller has locked the run's row."""
    dataset = registry.get(run.dataset)
    opened = read_columns_version(run, request.POST)
    if opened is None:
        messages.error(request, MOVED)
        return _page(request, run, status=409)
    theirs = shown_matching(run)
    run.matching = opened.shown.to_json()
    mine = posted_matching(
        request.POST, opened.shown, column_suggestions(run), value_words(run), dataset
    )
    form = MatchingForm(request.POST, dataset=dataset, matching=mine, actor=request.user)
    if not form.is_valid():
        run.matching = mine.to_json()
        return _page(request, run, form=form, status=400)
    mine = form.over(mine)
    matching, conflicts = merged_matching(opened.stored, mine, theirs)
    run.matching = matching.to_json()
    if conflicts:
        form.add_error(None, _conflict(run, dataset, conflicts, theirs))
        return _page(request, run, form=form, status=409)
    if any(need.is_missing for need in needs_of(dataset, matching)) and "back" not in request.POST:
        # The page itself lists them at the top.
        return _page(request, run, form=form, status=409)
    if "back" in request.POST:
        import_run_keep_draft(run=run, matching=matching, actor=request.user)
        return HttpResponseRedirect(step_url(run, FILE))
    shown = _shown_words(request)
    unseen = [w for w in value_words(run) if w.how == "none" and (w.column, w.word) not in shown]
    if unseen:
        import_run_keep_draft(run=run, matching=matching, actor=request.user)
        messages.warning(request, _words_to_match(unseen))
        return _page(request, run)
    try:
        with transaction.atomic():
            _save_template(request, run, form, matching, opened.names)
            import_run_match(run=run, matching=matching, actor=request.user)
    except DomainError as error:
        run.matching = matching.to_json()
        form.add_error(None, error.message)
        return _page(request, run, form=form, status=409)
    return HttpResponseRedirect(step_url(run, CHECK))


def _conflict(
    run: ImportRun, dataset: type[DatasetResource], conflicts: list[Path], theirs: Matching
) -> list[str]:
    """Return the answers that were changed after the page was opened; the page keeps the user's own."""
    findings, known = Findings.from_json(run.findings), dataset.columns()
    return [
        "Nothing was saved: these answers were changed in another tab after this page was opened. "
        "Your answers are shown below; check again to replace the others.",
        *(conflict_in_words(path, theirs, findings, known) for path in conflicts[:20]),
    ]


def _save_template(
    request: HttpRequest,
    run: ImportRun,
    form: MatchingForm,
    matching: Matching,
    taken_names: dict[str, str],
) -> None:
    """Save the matching as a template; it replaces a template of this name that the page knew."""
    name = form.cleaned_data["save_as"].strip()
    if not name:
        return
    if templates_by_name(run, request.user).get(name) != taken_names.get(name):
        raise DomainError(
            f"The template “{name}” was saved in another tab after this page was opened. Choose another "
            "name, or check again to replace it."
        )
    headers = Findings.from_json(run.findings).headers
    user: Any = request.user
    template_save(name=name, dataset=run.dataset, matching=matching, headers=headers, actor=user)


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
        return f"Choose what “{words[0].word}” means, below. Otherwise its rows are refused."
    return f"Choose what {len(words)} words mean, below. Otherwise their rows are refused."


def _page(
    request: HttpRequest, run: ImportRun, *, form: MatchingForm | None = None, status: int = 200
) -> HttpResponseBase:
    dataset = registry.get(run.dataset)
    known = dataset.columns()
    matching = Matching.from_json(run.matching)
    suggestions = column_suggestions(run)
    if not matching.columns:
        # The words of suggested columns are shown at once, without a first save.
        suggested = {str(line.position): line.target for line in suggestions}
        how = {str(line.position): line.how for line in suggestions}
        matching = replace(matching, columns=suggested, how=how)
        run.matching = matching.to_json()
    lines = [line_of(suggestion, known, matching) for suggestion in suggestions]
    findings = Findings.from_json(run.findings)
    for line in lines:
        if line.date_order == "":
            line.ambiguous = two_readings(findings, str(line.position))
    relations = relation_words(run, request.user)
    needs = needs_of(dataset, matching)
    context = step_context(
        COLUMNS,
        run,
        version=columns_version(run, request.user),
        form=form
        or MatchingForm(
            dataset=dataset, matching=matching, actor=request.user, relations=relations
        ),
        dataset=dataset_card(run.dataset),
        key=key_in_words(dataset),
        lines=lines,
        fields=list(known.values()),
        needs=needs,
        is_complete=not any(need.is_missing for need in needs),
        groups=word_groups(value_words(run), known),
        relations=[relation_group(group) for group in relations],
        date_orders=DATE_ORDERS,
        templates=named_templates(request.user, run.dataset),
        latest=[other for other in latest_runs(request.user, run.dataset) if other.pk != run.pk],
        select_classes=" ".join(SELECT_CLASSES),
        search_media=UnfoldAdminSelect2Widget().media,
        input_classes=" ".join(INPUT_CLASSES),
    )
    return render(request, "columns", context, title=f"Import {run.upload.name}", status=status)
