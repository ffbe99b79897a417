"""The result of a run: numbers, links, and next steps. For step 4 and for a run's page."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.core.actors import PermissionHolder, holds
from apps.transfers import registry
from apps.transfers.access import dataset_card, may_import, permissions_to_undo
from apps.transfers.admin.run_filter import PARAMETER as RUN_PARAMETER
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors.pages import runs_for_reader
from apps.transfers.services.attempts import rows_left

STATE_COLORS = {
    "uploaded": "info",
    "read": "warning",
    "matched": "info",
    "staged": "info",
    "planned": "warning",
    "confirmed": "info",
    "applying": "info",
    "applied": "success",
    "applied_in_part": "warning",
    "canceled": "default",
    "failed": "danger",
    "undone": "default",
    "undone_in_part": "warning",
}


def state_label(run: ImportRun) -> tuple[str, str]:
    """Return the state of a run, and its color: a run with refused rows is not plainly applied."""
    refused = int(run.counts.get("refused", 0))
    if run.state == ImportRun.State.APPLIED and refused:
        return f"Applied, {refused:,} refused", "warning"
    if run.state == ImportRun.State.UNDONE_IN_PART:
        word = f"{run.get_state_display()}, {int(run.results.get('kept', 0)):,} kept"
        return word, STATE_COLORS[run.state]
    return run.get_state_display(), STATE_COLORS.get(run.state, "default")


def state_url(run: ImportRun) -> str:
    """Return the list of the rows that the run's state label counts; "" if it counts none."""
    part = ""
    if run.state == ImportRun.State.APPLIED and int(run.counts.get("refused", 0)):
        part = "verdict=refused"
    if run.state == ImportRun.State.UNDONE_IN_PART:
        part = "outcome=kept"
    url = reverse("admin:transfers_importrun_change", args=[run.pk])
    return f"{url}?tab=rows&{part}" if part else ""


# The numbers of a result in their order, with the rows that each counts.
NUMBERS = (
    ("created", "created", "success", "verdict=create&outcome=applied"),
    ("updated", "updated", "info", "verdict=update&outcome=applied"),
    ("unchanged", "unchanged", "default", "verdict=unchanged"),
    ("refused", "refused", "danger", "verdict=refused"),
    ("rejected", "rejected by the database", "danger", "outcome=refused"),
    ("duplicate", "duplicate", "warning", "verdict=duplicate"),
    ("drifted", "drifted", "warning", "outcome=drifted"),
    ("skipped", "skipped", "default", "verdict=skipped"),
)
# And those of an unconfirmed plan: nothing is created or updated yet.
PLANNED_NUMBERS = (
    ("create", "create", "success", "verdict=create"),
    ("update", "update", "info", "verdict=update"),
    *NUMBERS[2:],
)
# What an undo did, what it would do, and the color of each.
PARTS_OF_UNDO = (
    ("removed", "created records undone", "created records to undo", "danger"),
    ("reverted", "updated records restored", "updated records to restore", "info"),
    ("kept", "rows kept", "rows to keep", "warning"),
)
SHOWN_IF_ANY = ("rejected", "drifted", "skipped")


def result_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    user: Any = request.user
    dataset = registry.get(run.dataset)
    is_mine = run.user_id == user.pk
    return {
        "numbers": _numbers(run),
        "headline": headline(run),
        "explanation": explanation(run),
        "is_applied": run.state in ImportRun.APPLIED_STATES,
        "duration": duration(run),
        "refused_rows": sum(
            int(number)
            for number in (
                run.counts.get("refused", 0),
                run.results.get("refused", 0),
                run.results.get("drifted", 0),
            )
        ),
        "can_mend": is_mine and may_import(user, dataset),
        "later_attempt": later_attempt(user, run),
        "was_canceled": was_canceled(run),
        "rows_left": rows_left(run)
        if is_mine and may_import(user, dataset) and not run.upload.is_gone
        else 0,
        "can_undo": run.state in ImportRun.APPLIED_STATES and may_undo(user, run),
        "records_url": records_url(user, run),
        "records_label": f"{dataset_card(run.dataset).label} of this run",
        "next_attempt": attempt_number(run) + 1,
        "changes_url": changes_url(user, run),
        "undo_runs": list(UndoRun.objects.filter(run=run).select_related("user", "real_user")[:10]),
        "run_url": reverse("admin:transfers_importrun_change", args=[run.pk]),
    }


def may_undo(user: PermissionHolder, run: ImportRun) -> bool:
    created = run.matching.get("create_missing", ())
    return holds(user, *permissions_to_undo(registry.get(run.dataset), created))


def attempt_number(run: ImportRun) -> int:
    """Return 1 for a first attempt, 2 for the corrected file after it, and so on."""
    number = 1
    earlier = run.attempt_of
    # Bounded: longer chains of attempts count as a hundred.
    while earlier is not None and number < 100:
        number += 1
        earlier = earlier.attempt_of
    return number


def later_attempt(user: PermissionHolder, run: ImportRun) -> ImportRun | None:
    """Return the last attempt after this run, if the user may see it."""
    found: ImportRun | None = (
        runs_for_reader(user)
        .filter(attempt_of=run)
        .exclude(state__in=(ImportRun.State.CANCELED, ImportRun.State.FAILED))
        .order_by("-id")
        .first()
    )
    return found


def was_canceled(run: ImportRun) -> bool:
    """Whether the run ended because somebody asked it to."""
    ended = (
        ImportRun.State.CANCELED,
        ImportRun.State.APPLIED_IN_PART,
        *ImportRun.UNDONE_STATES,
    )
    return run.cancel_requested_at is not None and run.state in ended


def headline(run: ImportRun) -> str:
    """Return in one line how it ended: "12,310 rows applied"."""
    done = int(run.results.get("created", 0)) + int(run.results.get("updated", 0))
    rows = "1 row" if done == 1 else f"{done:,} rows"
    if run.is_undone:
        kept = int(run.results.get("kept", 0))
        return f"{rows} applied, then undone" + (f" except for {kept:,}" if kept else "")
    if run.state == ImportRun.State.CANCELED:
        return "Canceled, nothing was applied"
    if run.state == ImportRun.State.FAILED:
        return f"Failed after {rows}" if done else "Failed, nothing was applied"
    if run.state == ImportRun.State.APPLIED_IN_PART:
        if run.rows_done < run.rows_to_do:
            return f"{rows} applied, then {'canceled' if was_canceled(run) else 'stopped'}"
        return f"{rows} applied, {run.rows_done - done:,} left alone"
    if run.has_ended:
        return (
            f"{rows} applied" if done else "Nothing to change: every record was already up to date"
        )
    return run.get_state_display()


def explanation(run: ImportRun) -> str:
    if run.state == ImportRun.State.APPLIED_IN_PART:
        left = max(run.rows_to_do - run.rows_done, 0)
        if not left:
            return left_alone(run)
        if was_canceled(run):
            # Its error sentence says how far it came.
            return left_alone(run)
        return (
            f"{run.rows_done:,} rows were processed, {left:,} were not. You can undo the "
            "rows that were applied."
        )
    return ""


def left_alone(run: ImportRun) -> str:
    """Return why some rows of a completed run were not applied."""
    drifted, refused = run.results.get("drifted", 0), run.results.get("refused", 0)
    vanished = run.results.get("vanished", 0)
    words = []
    if vanished:
        rows = "1 row was" if vanished == 1 else f"{vanished:,} rows were"
        words.append(f"{rows} left alone because a record no longer exists.")
    if changed := drifted - vanished:
        rows = "1 row was" if changed == 1 else f"{changed:,} rows were"
        words.append(f"{rows} left alone because a record was changed after the preview.")
    if refused:
        rows = "1 row was" if refused == 1 else f"{refused:,} rows were"
        words.append(f"{rows} rejected by the database.")
    return " ".join(words)


def _numbers(run: ImportRun) -> list[dict[str, Any]]:
    url = reverse("admin:transfers_importrun_change", args=[run.pk])
    is_planned = run.state == ImportRun.State.PLANNED
    is_undone = run.is_undone
    # Rows refused by the plan and rows refused by the database have separate links.
    refused = {"refused": run.counts.get("refused", 0), "rejected": run.results.get("refused", 0)}
    values = {**run.counts, **run.results, **refused}
    return [
        {
            "label": label,
            "color": color,
            "rows": int(values.get(name, 0)),
            "url": f"{url}?tab=rows&{query.replace('applied', 'undone') if is_undone else query}",
        }
        for name, label, color, query in (PLANNED_NUMBERS if is_planned else NUMBERS)
        if values.get(name) or name not in SHOWN_IF_ANY
    ]


def undo_links(run: ImportRun) -> dict[str, str]:
    """Return the rows behind each number of an undo."""
    url = reverse("admin:transfers_importrun_change", args=[run.pk])
    return {
        "removed": f"{url}?tab=rows&verdict=create",
        "reverted": f"{url}?tab=rows&verdict=update",
        "kept": f"{url}?tab=rows&outcome=kept",
    }


def duration(run: ImportRun) -> float | None:
    """Return the seconds of work, without the time in which it waited for a person."""
    if total := run.seconds.get("total"):
        return float(total)
    if run.confirmed_at is None:
        return None
    return ((run.ended_at or timezone.now()) - run.confirmed_at).total_seconds()


def records_url(user: PermissionHolder, run: ImportRun) -> str:
    """Return the URL of the list of the run's records, if the user may see it."""
    opts = registry.get(run.dataset).model()._meta
    if not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
        return ""
    url = _reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return f"{url}?{RUN_PARAMETER}={run.pk}" if url else ""


def changes_url(user: PermissionHolder, run: ImportRun) -> str:
    """Return the URL of the audit log filtered by this run, if the user may see it."""
    if not user.has_perm("audit.view_auditlog"):
        return ""
    url = _reverse("admin:audit_changeset_changelist")
    return f"{url}?q=import:{run.pk}" if url else ""


def _reverse(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
