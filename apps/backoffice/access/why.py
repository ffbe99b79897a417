"""The page "Why can't I …?": the actions that a list or a record does not offer, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import model_format_dict
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from apps.accounts.approvals.selectors import approvals_of
from apps.backoffice.access.permission_holders import permission_givers
from apps.backoffice.access.permission_words import VERBS, has_no_effect, permission_in_words
from apps.core.admin.confirm import is_closed, may, permission_name
from apps.core.admin.page_parameters import takes
from apps.core.admin.unfold_internals import list_actions, record_actions
from apps.core.errors import FullAccessNeeded, MissingPermission, RecordNotFound
from apps.core.gates import closure_of, gate_before
from apps.core.model_meta import concrete_model


@dataclass(frozen=True)
class Refusal:
    """An action that is not offered, why, and what would help."""

    label: str
    why: str
    help: str = ""


@dataclass(frozen=True)
class Offered:
    """An action as an admin class declares it, for a list or a record."""

    label: str
    permission: str
    action: Any = None


@takes("record")
@require_GET
def why_page(request: HttpRequest, label: str) -> HttpResponse:
    """Explain a list, or with `?record=` one record; nothing is revealed about records out of scope."""
    model_admin = _admin_of(label)
    if not model_admin.has_view_or_change_permission(request):
        raise MissingPermission(permission_name(model_admin, "view"))
    key = request.GET.get("record", "")
    record = _record(model_admin, request, key) if key else None
    refused, open_to_me = explained(model_admin, request, record)
    opts = model_admin.opts
    about = str(record) if record is not None else str(opts.verbose_name_plural)
    context = {
        **admin.site.each_context(request),
        "title": "Why can't I …?",
        "subtitle": about,
        "about": about,
        "record": record,
        "refused": refused,
        "open_to_me": open_to_me,
        "general": general(request),
        "back_url": _back_url(model_admin, record),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "backoffice/access/why.html", context)


def explained(
    model_admin: ModelAdmin, request: HttpRequest, record: Model | None
) -> tuple[list[Refusal], list[tuple[str, list[str]]]]:
    """Return the refused actions, and the offered ones with the approvals that they can need."""
    refused, open_to_me = [], []
    for offered in _offers(model_admin, record):
        refusal = _refusal(model_admin, request, offered, record)
        if refusal is not None:
            refused.append(refusal)
            continue
        name = permission_name(model_admin, offered.permission)
        needs = [found.sentence for found in approvals_of(name, request.user)]
        open_to_me.append((offered.label, needs))
    return refused, open_to_me


def general(request: HttpRequest) -> list[str]:
    """Return what prevents every action: acting as somebody else in read-only mode."""
    impersonation = getattr(request, "impersonation", None)
    if impersonation is None or impersonation.may_write:
        return []
    return [
        f"You are acting as {impersonation.target} in read-only mode. Stop acting as this "
        "person to do something yourself."
    ]


def _offers(model_admin: ModelAdmin, record: Model | None) -> Iterator[Offered]:
    noun = model_admin.opts.verbose_name
    if record is None:
        yield Offered(f"Add {noun}", "add")
    else:
        yield Offered(f"Change this {noun}", "change")
    seen = set()
    for action in _actions(model_admin, record):
        if action.__name__ in seen or not getattr(action, "allowed_permissions", None):
            continue
        seen.add(action.__name__)
        yield Offered(
            str(action.short_description) % model_format_dict(model_admin.opts),
            action.allowed_permissions[0],
            action,
        )
    if record is not None and not seen & {"delete_records", "move_to_trash"}:
        yield Offered(f"Delete this {noun}", "delete")


def _actions(model_admin: ModelAdmin, record: Model | None) -> Iterator[Any]:
    return list_actions(model_admin) if record is None else record_actions(model_admin)


def _refusal(
    model_admin: ModelAdmin, request: HttpRequest, offered: Offered, record: Model | None
) -> Refusal | None:
    name = permission_name(model_admin, offered.permission)
    user: Any = request.user
    is_named = "." in offered.permission
    if not is_named and offered.permission not in (*VERBS, "restore", "purge"):
        return None
    if has_no_effect(name) or not (is_named or _is_declared(model_admin, offered.permission)):
        return Refusal(offered.label, _unavailable(model_admin))
    if not user.has_perm(name):
        return Refusal(
            offered.label,
            f"Your roles don't include “{permission_in_words(name)}”.",
            permission_givers(name, to=user).sentence,
        )
    gate = gate_before(name)
    closure = closure_of(gate, user) if gate else None
    if closure is not None:
        return Refusal(offered.label, closure.sentence)
    if is_closed(model_admin, request, offered.action):
        return Refusal(offered.label, FullAccessNeeded().message)
    if not may(model_admin, request, offered.permission, record):
        return Refusal(
            offered.label,
            f"Your roles include it, but not on this page or not for this {model_admin.opts.verbose_name}."
            if record is not None
            else _unavailable(model_admin),
        )
    when = getattr(offered.action, "when", None)
    if when is not None and record is not None and not when(record):
        return Refusal(offered.label, f"It isn't possible in the current state of {record}.")
    return None


def _is_declared(model_admin: ModelAdmin, verb: str) -> bool:
    """Tell whether the model has such a permission at all: nobody can be given one that it lacks."""
    opts = concrete_model(model_admin.model)._meta
    named = {code for code, _ in opts.permissions}
    return verb in opts.default_permissions or get_permission_codename(verb, opts) in named


def _unavailable(model_admin: ModelAdmin) -> str:
    return f"The page of {model_admin.opts.verbose_name_plural} doesn't offer this to you."


def _admin_of(label: str) -> Any:
    try:
        return admin.site._registry[apps.get_model(label)]
    except (LookupError, ValueError, KeyError):
        raise Http404(f"There is no list called “{label}”.") from None


def _record(model_admin: ModelAdmin, request: HttpRequest, key: str) -> Any:
    try:
        record = model_admin.get_object(request, key)
    except (ValidationError, ValueError):
        record = None
    if record is None or not model_admin.has_view_or_change_permission(request, record):
        raise RecordNotFound(model_admin.model, key)
    return record


def _back_url(model_admin: ModelAdmin, record: Model | None) -> str:
    opts = model_admin.opts
    name = f"admin:{opts.app_label}_{opts.model_name}_"
    try:
        if record is not None:
            return reverse(f"{name}change", args=[record.pk])
        return reverse(f"{name}changelist")
    except NoReverseMatch:
        return reverse("admin:index")
