"""What the page of a bulk action shows in each of its states."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse

from apps.bulk.actions import BULK_ACTIONS, BulkAction, Offered
from apps.bulk.admin.reason_form import ReasonForm
from apps.bulk.models import BulkRun
from apps.bulk.selectors import consequences, not_done, sample, values_in_words
from apps.bulk.services import UNDOABLE, why_not_undo
from apps.core.actors import PermissionHolder, holds
from apps.core.admin.filter_labels import filters_in_words
from apps.core.approvals import APPROVALS
from apps.core.errors import DomainError
from apps.core.wording import counted

State = BulkRun.State
_WORK = {
    State.PLANNING: "Making the plan",
    State.APPLYING: "Changing the records",
    State.UNDOING: "Undoing",
}


def run_context(run: BulkRun, viewer: PermissionHolder) -> dict[str, Any]:
    found = BULK_ACTIONS.get(run.action)
    model: Any = apps.get_model(run.model)
    label = found.action.label if found else run.action
    percent, sentence = progress_of(run)
    lists = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    query = run.query.get("query", "")
    context: dict[str, Any] = {
        "title": f"{label}: {_how_many(run, model)}",
        "label": label,
        "list_name": str(model._meta.verbose_name_plural).capitalize(),
        "list_url": f"{reverse(lists)}{f'?{query}' if query else ''}",
        "filters": filters_in_words(QueryDict(query)),
        "picked": len(run.query["keys"]) if "keys" in run.query else 0,
        "work": _WORK.get(State(run.state), ""),
        "percent": percent,
        "sentence": sentence,
        "not_done_number": _not_done(run),
        "outcome": list(_outcome(run)),
        "is_mine": run.user_id == viewer.pk,
    }
    if found is None:
        return context
    action = found.action
    may = holds(viewer, action.permission)
    return context | {
        "values": values_in_words(run, found.form_class, viewer),
        "not_done": [] if run.is_working else not_done(run, action, viewer),
        "may_cancel": may and (run.is_working or run.state == State.PLANNED),
        "result": action.result(run.results["changed"]) if run.results.get("changed") else "",
        **_plan(run, found, viewer),
        **_undo(run, found, viewer, may),
    }


def _plan(run: BulkRun, found: Offered, viewer: PermissionHolder) -> dict[str, Any]:
    if run.state != State.PLANNED:
        return {}
    action, number = found.action, run.rows_to_do
    refusal = ""
    if run.user_id != viewer.pk:
        refusal = f"Only {run.user} can confirm this plan."
    elif not holds(viewer, action.permission):
        refusal = f"Your role doesn't have the permission {action.permission}."
    else:
        try:
            action.refuse(viewer)
        except DomainError as error:
            refusal = error.message
    if not number:
        refusal = refusal or "Nothing would change, so there is nothing to confirm."
    return {
        "is_planned": True,
        "sample": sample(run, action, found.form_class, viewer),
        "consequences": consequences(run, action, viewer) if number else [],
        "mailed": action.mailed(number) if number else "",
        "undo_note": "" if action.is_undoable else action.why_not_undoable,
        "reason_form": ReasonForm(
            is_required=action.reason == "required", typed=typed_for(run, action)
        ),
        "refusal": refusal,
        "may_confirm": not refusal,
        "button": f"{action.label}: {counted(number, action.records)}",
        "second_person": ""
        if refusal
        else APPROVALS.get().run_message({"run": run.pk}, count=number, user=viewer),
    }


def typed_for(run: BulkRun, action: BulkAction) -> str:
    """Return what must be typed to confirm a plan: the number of what is deleted; nothing else."""
    return str(run.rows_to_do) if action.deletes else ""


def _undo(run: BulkRun, found: Offered, viewer: PermissionHolder, may: bool) -> dict[str, Any]:
    if run.state not in UNDOABLE or not run.changed:
        return {}
    why_not = why_not_undo(run, found.action)
    can = may and not why_not
    arguments = {"run": run.pk, "undo": True}
    return {
        "may_undo": can,
        "reason_form": ReasonForm(),
        "why_not_undo": why_not,
        "undo_number": run.changed,
        "undo_second_person": APPROVALS.get().run_message(arguments, count=run.changed, user=viewer)
        if can
        else "",
    }


def progress_of(run: BulkRun) -> tuple[float | None, str]:
    """Return how far a run is, as a percentage and a sentence."""
    if run.cancel_requested_at is not None and run.is_working:
        return None, "It is being canceled."
    if run.state == State.PLANNING:
        return None, "You can close this page and come back to it."
    percent = round(100 * run.rows_done / run.rows_to_do, 1) if run.rows_to_do else None
    done = f"{run.rows_done:,} of {run.rows_to_do:,} records"
    return percent, f"{done}. You can close this page and come back to it."


def _how_many(run: BulkRun, model: type[Model]) -> str:
    if run.state == State.PLANNING or not run.plan:
        return str(model._meta.verbose_name_plural)
    return counted(int(run.plan.get("change", 0)), model)


def _outcome(run: BulkRun) -> Iterator[str]:
    for note, number in run.plan.get("skipped", ()):
        yield f"{number:,} {'is' if number == 1 else 'are'} skipped: {note}"
    for name, words in (
        ("left", "left alone when the plan was applied"),
        ("undone", "undone"),
        ("kept", "kept by the undo"),
    ):
        if number := run.results.get(name):
            yield f"{number:,} {'was' if number == 1 else 'were'} {words}."


def _not_done(run: BulkRun) -> int:
    skipped = sum(number for _, number in run.plan.get("skipped", ()))
    return int(skipped) + int(run.results.get("left", 0)) + int(run.results.get("kept", 0))
