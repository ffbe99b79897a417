"""The page of one run: result, rows, mapping, log, undo. Read-only but for the undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.errors import DomainError, RecordNotFound
from apps.core.sudo import require_fresh_factor
from apps.transfers import registry
from apps.transfers.access import UNDO, VIEW_RUN, dataset_card, require
from apps.transfers.admin.result import STATE_COLORS, result_context
from apps.transfers.admin.rows import PlanTable
from apps.transfers.admin.wizard.apply import in_words
from apps.transfers.admin.wizard.file import found_in_words
from apps.transfers.admin.wizard.steps import step_url
from apps.transfers.forms.confirming import ReasonForm
from apps.transfers.forms.matching import BLANKS, HOW, MODES, ON_ERROR
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors import run_progress, undo_preview, undo_rows
from apps.transfers.selectors.pages import run_for_reader
from apps.transfers.services import import_run_undo

TABS = {
    "result": "Result",
    "rows": "Rows",
    "mapping": "Mapping",
    "log": "Log",
    "undo": "Undo",
}

PHASES = ("read", "stage", "plan", "apply")


def context(
    request: HttpRequest, run: ImportRun, form: ReasonForm | None = None, tab: str = ""
) -> dict[str, Any]:
    user: Any = request.user
    tabs = {name: label for name, label in TABS.items() if name != "undo" or user.has_perm(UNDO)}
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in tabs else "result"
    result = result_context(request, run)
    extra: dict[str, Any] = {
        "rows": lambda: PlanTable(request, run, by_outcome=True).context(),
        "mapping": lambda: _mapping(run),
        "log": lambda: _log(run),
        "undo": lambda: _undo(run, form, user),
    }.get(tab, dict)()
    label = dataset_card(run.dataset).label.lower()
    seconds = result["duration"]
    return {
        "title": f"{run.upload.name} → {label}, {_in_short(run, result['headline'])}",
        "opts": ImportRun._meta,
        "run": run,
        "state_color": STATE_COLORS.get(run.state, "default"),
        "tab": tab,
        "tab_links": [
            {"name": name, "label": text, "url": f"?tab={name}", "is_current": name == tab}
            for name, text in tabs.items()
        ],
        "took": in_words(seconds) if seconds is not None else "",
        "can_continue": run.user_id == user.pk and not run.has_ended,
        "continue_url": step_url(run),
        "progress": None if run.has_ended else run_progress(run),
        **result,
        **extra,
    }


def _in_short(run: ImportRun, headline: str) -> str:
    """Say in the title how it ended; what is under way has its state beside it."""
    done = int(run.results.get("created", 0)) + int(run.results.get("updated", 0))
    if not run.has_ended:
        return "1 row" if run.rows == 1 else f"{run.rows:,} rows"
    return f"{done:,} applied" if run.state == ImportRun.State.APPLIED else headline.lower()


def _mapping(run: ImportRun) -> dict[str, Any]:
    findings = Findings.from_json(run.findings)
    matching = Matching.from_json(run.matching)
    columns = registry.get(run.dataset).columns()

    def label(name: str) -> str:
        return columns[name].label if name in columns else name

    return {
        "matching": matching,
        "mode_label": dict(MODES).get(matching.mode, matching.mode),
        "on_error_label": dict(ON_ERROR).get(matching.on_error, matching.on_error),
        "mapped": [
            {
                "header": header,
                "target": label(matching.columns.get(str(position), "")),
                "how": HOW.get(matching.how.get(str(position), ""), ("", ""))[0],
                "blank": BLANKS.get(
                    matching.blanks.get(matching.columns.get(str(position), ""), ""), ""
                ),
            }
            for position, header in enumerate(findings.headers)
        ],
        "words": [
            {"column": label(column), "word": word, "value": value}
            for column, words in matching.values.items()
            for word, value in words.items()
        ],
        "created_missing": [label(name) for name in matching.create_missing],
    }


def _log(run: ImportRun) -> dict[str, Any]:
    # An undone run was applied, at the time at which it ended.
    is_undone = run.state == ImportRun.State.UNDONE
    ended = ImportRun.State.APPLIED.label if is_undone else run.get_state_display()
    moments = [
        ("Uploaded", run.created_at, run.user),
        ("Planned", run.planned_at, None),
        ("Confirmed", run.confirmed_at, run.confirmed_by),
        (ended, run.ended_at, None),
        *(
            (undo.get_state_display(), undo.ended_at, undo.user)
            for undo in UndoRun.objects.filter(run=run).select_related("user").order_by("id")[:50]
        ),
    ]
    return {
        "moments": [moment for moment in moments if moment[1]],
        "phases": [
            (name, f"{float(value):,.2f} s")
            for name, value in sorted(run.seconds.items(), key=lambda item: _phase_order(item[0]))
            if isinstance(value, (int, float)) and name != "total"
        ],
        "found": ", ".join(found_in_words(Findings.from_json(run.findings))),
    }


def _phase_order(name: str) -> int:
    return PHASES.index(name) if name in PHASES else len(PHASES)


def _undo(run: ImportRun, form: ReasonForm | None, user: Any) -> dict[str, Any]:
    working = (
        UndoRun.objects.filter(run=run, state__in=UndoRun.WORK_STATES)
        .select_related("user")
        .first()
    )
    preview = None if working else undo_preview(run, user)
    over = preview is not None and not preview.possible
    return {
        "undo_working": working,
        "undo_sentence": _undo_sentence(working) if working else "",
        "undo_percent": _undo_percent(working) if working else None,
        "preview": preview,
        "kept_rows": undo_rows(run, limit=100).rows if over else [],
        "undo_form": form or ReasonForm(placeholder="Why it is taken back"),
    }


def undo(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Start the undo; its preview and its form are the run page's last tab."""
    require(request.user, UNDO, VIEW_RUN)
    run = run_for_reader(request.user, run_id)
    if run is None:
        raise RecordNotFound(ImportRun, str(run_id))
    tab = f"{reverse('admin:transfers_importrun_change', args=[run.pk])}?tab=undo"
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(tab)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why the import is taken back.")
        return HttpResponseRedirect(tab)
    require_fresh_factor(request, "undo an import")
    try:
        import_run_undo(run=run, reason=form.cleaned_data["reason"], actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(tab)


def undo_progress(request: HttpRequest, run_id: int) -> HttpResponseBase:
    require(request.user, VIEW_RUN)
    if run_for_reader(request.user, run_id) is None:
        raise RecordNotFound(ImportRun, str(run_id))
    undo_run = UndoRun.objects.filter(run_id=run_id).order_by("-id").first()
    if undo_run is None:
        raise RecordNotFound(UndoRun, str(run_id))
    return JsonResponse(
        {
            "state": undo_run.state,
            "percent": _undo_percent(undo_run),
            "sentence": _undo_sentence(undo_run),
            "is_over": undo_run.state not in UndoRun.WORK_STATES,
        }
    )


def _undo_percent(undo_run: UndoRun) -> float | None:
    if not undo_run.rows_to_do:
        return None
    return round(100 * undo_run.rows_done / undo_run.rows_to_do, 1)


def _undo_sentence(undo_run: UndoRun) -> str:
    if not undo_run.rows_to_do:
        return "Looking at what was changed since"
    return f"{undo_run.rows_done:,} of {undo_run.rows_to_do:,} rows"
