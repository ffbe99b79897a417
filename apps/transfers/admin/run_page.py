"""The page of a run: result, rows, mapping, log, undo. Read-only except for the undo."""

from typing import Any

from django.http import HttpRequest

from apps.core.admin.changelist import declared_query
from apps.core.admin.page_parameters import one_of
from apps.transfers import registry
from apps.transfers.access import dataset_card
from apps.transfers.admin.result import may_undo, result_context, state_label
from apps.transfers.admin.rows import PlanTable
from apps.transfers.admin.undo_page import undo_context
from apps.transfers.admin.wizard.apply import duration_in_words
from apps.transfers.admin.wizard.file import found_in_words
from apps.transfers.admin.wizard.steps import step_url
from apps.transfers.admin.word_lines import word_lines
from apps.transfers.forms.confirmation import ReasonForm
from apps.transfers.forms.matching import BLANKS, HOW, MODES, ON_ERROR
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors import run_progress

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
    tabs = {name: label for name, label in TABS.items() if name != "undo" or may_undo(user, run)}
    tab = tab or one_of(request, "tab", TABS)
    if tab != "rows" and request.method == "GET":
        declared_query(request, ["tab"], page_url=request.path)
    tab = tab if tab in tabs else "result"
    result = result_context(request, run)
    extra: dict[str, Any] = {
        "rows": lambda: PlanTable(request, run, by_outcome=True).context(),
        "mapping": lambda: _mapping(run),
        "log": lambda: _log(run),
        "undo": lambda: undo_context(run, form, user),
    }.get(tab, dict)()
    label = dataset_card(run.dataset).label.lower()
    seconds = result["duration"]
    return {
        "title": f"{run.upload.name} → {label}, {_in_short(run, result['headline'])}",
        "opts": ImportRun._meta,
        "run": run,
        "state_label": state_label(run),
        "tab": tab,
        "tab_links": [
            {"name": name, "label": text, "url": f"?tab={name}", "is_current": name == tab}
            for name, text in tabs.items()
        ],
        "took": duration_in_words(seconds) if seconds is not None else "",
        "can_continue": run.user_id == user.pk and not run.has_ended,
        "continue_url": step_url(run),
        "progress": None if run.has_ended else run_progress(run),
        **result,
        **extra,
    }


def _in_short(run: ImportRun, headline: str) -> str:
    """Return the result for the title; a running import has its state beside it."""
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
        "words": word_lines(run),
        "created_missing": [label(name) for name in matching.create_missing],
    }


def _log(run: ImportRun) -> dict[str, Any]:
    # An undone run was applied at the time when it ended.
    ended = ImportRun.State.APPLIED.label if run.is_undone else run.get_state_display()
    moments = [
        ("Uploaded", run.created_at, run.user),
        ("Planned", run.planned_at, None),
        ("Confirmed", run.confirmed_at, run.confirmed_by and run.asked_by),
        (ended, run.ended_at, None),
        *(
            (undo.get_state_display(), undo.ended_at, undo.asked_by)
            for undo in UndoRun.objects.filter(run=run)
            .select_related("user", "real_user")
            .order_by("id")[:50]
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
