"""The latest imports, and colleagues' manual changes."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import CharField, Count, Exists, Max, Model, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import ChangeSet
from apps.audit.templatetags.audit_log import person
from apps.audit.timeline.history_scope import history_in_scope
from apps.core.personal import readable
from apps.core.scope import sees_everything
from apps.core.wording import counted, listed
from apps.organizations.models import Invitation, Membership, Organization
from apps.projects.models import Project, Task
from apps.transfers.admin.result import state_label, state_url
from apps.transfers.models import ImportRun

IMPORTS = 5
CHANGES = 8
LOOKED_AT = 2_000
# The models whose changes are shown, and the name field of a record.
TOLD: list[tuple[type[Model], str]] = [
    (Organization, "name"),
    (Membership, ""),
    (Invitation, ""),
    (Project, "name"),
    (Task, "title"),
    (User, ""),
]
VERBS = {"+": "created", "~": "changed", "-": "deleted"}


def imports(user: User) -> list[dict[str, Any]]:
    """Return everyone's latest imports, with the colors of their states."""
    if not user.has_perm("transfers.view_importrun"):
        return []
    runs = ImportRun.objects.for_staff(user).select_related("user", "upload").order_by("-id")
    return [
        {"run": run, "state": state, "color": color, "state_url": state_url(run)}
        for run in runs[:IMPORTS]
        for state, color in [state_label(run)]
    ]


def changes(user: User) -> list[dict[str, Any]]:
    """Return the latest changes that others made by hand to what `user` may look at.

    Two statements: the change sets, and what is in them. Imports, tasks and commands are left out:
    they have lists of their own, and counting a million rows for a sentence is not worth it.
    """
    models = [
        (model, name)
        for model, name in TOLD
        if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
    if not models:
        return []
    others = (
        ChangeSet.objects.filter(source__in=["form", "api"])
        .filter(~Q(actor_id=user.pk), actor_id__isnull=False)
        .order_by("-started_at", "-id")
    )
    if not sees_everything(user):
        # Many may be out of scope: do not read all of them to find a few in scope.
        inside = [
            history_in_scope(model, user).filter(change_set=OuterRef("pk")) for model, _ in models
        ]
        recent = ChangeSet.objects.filter(pk__in=others[:LOOKED_AT].values("pk"))
        others = recent.filter(reduce(or_, map(Exists, inside))).order_by("-started_at", "-id")
    sets = list(others[: 2 * CHANGES])
    contents = _contents([each.pk for each in sets], models, user) if sets else {}
    sees_log = user.has_perm("audit.view_auditlog")
    return [
        {
            "who": person(change_set.actor_label),
            **_told(contents[change_set.pk], change_set, sees_log=sees_log),
            "reason": readable(change_set.reason),
            "at": change_set.started_at,
        }
        for change_set in sets
        if change_set.pk in contents
    ][:CHANGES]


def _contents(
    keys: list[Any], models: list[tuple[type[Model], str]], user: User
) -> dict[Any, dict[str, Any]]:
    """Describe each change set in a few words, with a link if it is about one record."""
    parts = [
        history_in_scope(model, user)
        .filter(change_set_id__in=keys)
        .order_by()
        .annotate(
            what=Value(model._meta.label, output_field=CharField()),
            record=Cast("id", CharField()),
        )
        .values("change_set_id", "what", "history_type")
        .annotate(
            n=Count("history_id"),
            one=Max("record"),
            called=Max(name) if name else Value("", output_field=CharField()),
        )
        .values_list("change_set_id", "what", "history_type", "n", "one", "called")
        for model, name in models
    ]
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    by_label = {model._meta.label: model for model, _ in models}
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for key, what, kind, n, one, called in rows:
        found.setdefault(key, []).append((by_label[what], kind, n, one, called))
    return {key: _sentence_and_link(entries) for key, entries in found.items()}


def _told(content: dict[str, Any], change_set: ChangeSet, *, sees_log: bool) -> dict[str, Any]:
    """Return the sentence and its link. Without a list of the records to link to, no number is said."""
    if content["url"] or not sees_log:
        return {"did": content["did"], "url": content["url"]}
    url = reverse("admin:audit_changeset_change", args=[change_set.pk])
    return {"did": content["did_in_numbers"], "url": url}


def _sentence_and_link(entries: list[tuple[Any, ...]]) -> dict[str, Any]:
    url = ""
    if len(entries) == 1 and entries[0][2] == 1 and entries[0][1] != "-":
        model, _, _, one, _ = entries[0]
        opts = model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[one])
    return {
        "did": listed(_words(*entry, several=_several) for entry in entries),
        "did_in_numbers": listed(_words(*entry, several=counted) for entry in entries),
        "url": url,
    }


def _words(
    model: type[Model],
    kind: str,
    number: int,
    _one: str,
    called: str,
    *,
    several: Callable[[int, type[Model]], str],
) -> str:
    if number == 1:
        return f"{VERBS[kind]} {called or 'a ' + str(model._meta.verbose_name)}"
    return f"{VERBS[kind]} {several(number, model)}"


def _several(number: int, model: type[Model]) -> str:
    return counted(number, model).replace(f"{number:,}", "several", 1)
