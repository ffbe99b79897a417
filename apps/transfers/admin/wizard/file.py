"""Step 1, File: the dataset, the file, and what was found in it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.actors import require
from apps.core.admin.page_parameters import one_of, takes
from apps.core.errors import AddressRefused, DomainError
from apps.transfers import registry
from apps.transfers.access import dataset_card, importable_datasets, permissions_to_import
from apps.transfers.admin.wizard.guards import render, run_page, wizard_page
from apps.transfers.admin.wizard.saved_matching import named_run, run_like
from apps.transfers.admin.wizard.steps import FILE, step_context, step_url
from apps.transfers.admin.wizard.versions import file_version, is_file_as_shown
from apps.transfers.forms.reading import ReadingForm, UploadForm, delimiter_name
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings
from apps.transfers.reading.encoding_names import encoding_name
from apps.transfers.reading.limits import MAX_BYTES
from apps.transfers.selectors import same_content_runs
from apps.transfers.selectors.pages import SAMPLE_ROWS, latest_runs
from apps.transfers.services import import_run_reread, import_run_start


@takes("dataset", "attempt_of", "like")
@wizard_page()
def new(request: HttpRequest) -> HttpResponseBase:
    """Choose the dataset and upload the file; the POST redirects to the run's own page."""
    datasets = importable_datasets(request.user)
    chosen = request.POST.get("dataset") or request.GET.get("dataset", "")
    if chosen not in {dataset.dataset() for dataset in datasets}:
        one_of(request, "dataset", [each.dataset() for each in registry.all_datasets()])
        if registry.find(chosen):
            require(request.user, *permissions_to_import(registry.get(chosen)))
        chosen = datasets[0].dataset() if len(datasets) == 1 else ""
    like = run_like(request, chosen)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if not chosen:
            form.add_error(None, "Choose what the file contains.")
        if form.is_valid():
            try:
                run = _start(request, form, chosen)
            except DomainError as error:
                form.add_error("file", error.message)
            else:
                return HttpResponseRedirect(_with_like(step_url(run, FILE), like))
        status = 400
    context = step_context(
        FILE,
        form=form,
        datasets=[dataset_card(dataset.dataset()) for dataset in datasets],
        chosen=chosen,
        like=like,
        latest=latest_runs(request.user, chosen) if chosen else [],
        attempt_of=_attempt_of(request),
        most_bytes=MAX_BYTES,
    )
    return render(request, "new", context, title="New import", status=status)


def _start(request: HttpRequest, form: UploadForm, dataset: str) -> ImportRun:
    file = form.cleaned_data["file"]
    return import_run_start(
        dataset=dataset,
        file=file,
        name=file.name,
        attempt_of=_attempt_of(request),
        actor=request.user,
    )


def _attempt_of(request: HttpRequest) -> ImportRun | None:
    """Return the earlier run of the user that this file corrects."""
    run = named_run(request, "attempt_of")
    if run is not None and run.user_id != request.user.pk:
        raise AddressRefused(f"Import run {run.pk} is a colleague's.", page_url=request.path)
    return run


def _with_like(url: str, like: ImportRun | None) -> str:
    return f"{url}?like={like.pk}" if like else url


MOVED = (
    "Nothing was done, because the file was read again or its columns were matched after this page was "
    "opened. Check it again."
)


@takes("like")
@run_page(step=FILE)
def found(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Show what was found; a POST reads the file again with other settings."""
    if request.method == "POST":
        with transaction.atomic():
            run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
            return _read_again(request, run)
    return _found_page(
        request, run, ReadingForm(run=run, findings=Findings.from_json(run.findings))
    )


def _read_again(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Read the file again with other settings; the caller has locked the run's row."""
    findings = Findings.from_json(run.findings)
    if not is_file_as_shown(run, request.POST):
        messages.error(request, MOVED)
        return _found_page(request, run, ReadingForm(run=run, findings=findings), status=409)
    form = ReadingForm(request.POST, run=run, findings=findings)
    if not form.is_valid():
        return _found_page(request, run, form, status=400)
    try:
        with transaction.atomic():
            import_run_reread(run=run, reading=form.reading(), actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(request.get_full_path())


def _found_page(
    request: HttpRequest, run: ImportRun, form: ReadingForm, *, status: int = 200
) -> HttpResponseBase:
    findings = Findings.from_json(run.findings)
    like = run_like(request, run.dataset)
    is_reading = run.state == ImportRun.State.UPLOADED
    context = step_context(
        FILE,
        run,
        form=form,
        dataset=dataset_card(run.dataset),
        version=file_version(run),
        findings=findings,
        sentence=[] if is_reading else found_in_words(findings),
        is_reading=is_reading,
        has_failed=run.state == ImportRun.State.FAILED,
        samples=sample_table(findings),
        readings=readings_to_choose(run, findings),
        more_columns=max(len(findings.headers) - SAMPLE_COLUMNS, 0),
        same=[] if is_reading else same_content_runs(run, request.user)[:3],
        like=like,
        next_url=_with_like(reverse("admin:transfers_importrun_columns", args=[run.pk]), like),
    )
    return render(request, "file", context, title=f"Import {run.upload.name}", status=status)


def readings_to_choose(run: ImportRun, findings: Findings) -> list[dict[str, Any]]:
    """Return the encodings that a text file may have, with the form values that choose each."""
    if run.state == ImportRun.State.UPLOADED or len(findings.readings) < 2:
        return []
    return [
        {
            "encoding": encoding,
            "name": encoding_name(encoding),
            "words": words,
            "is_chosen": encoding == findings.encoding,
        }
        for encoding, words in findings.readings
    ]


# A table of hundreds of columns would hide the first ones.
SAMPLE_COLUMNS = 30


def sample_table(findings: Findings) -> dict[str, Any]:
    rows = findings.samples[:SAMPLE_ROWS]
    return {
        "headers": findings.headers[:SAMPLE_COLUMNS],
        "rows": [row[:SAMPLE_COLUMNS] for row in rows],
    }


def found_in_words(findings: Findings) -> list[str]:
    """Return what was found: "CSV", "semicolon", "Windows-1252", "12,408 rows", "header in row 3"."""
    if not findings.format:
        return []
    words = [findings.format.upper()]
    if findings.delimiter:
        words.append(delimiter_name(findings.delimiter))
    if findings.encoding:
        words.append(encoding_name(findings.encoding))
    if findings.sheet:
        words.append(f"sheet “{findings.sheet}”")
    if findings.needs_sheet:
        return [*words, f"{len(findings.sheets)} sheets"]
    rows = "1 row" if findings.rows == 1 else f"{findings.rows:,} rows"
    return [*words, rows, f"header in row {findings.header_row}"]
