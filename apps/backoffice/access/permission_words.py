"""Permissions in words, and the jobs that they belong to."""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.db.models.options import Options

from apps.accounts.reference import shipped_roles
from apps.core.models import SoftDeletableModel

VERBS = {"view": "See {}", "add": "Add {}", "change": "Change {}", "delete": "Delete {}"}
# Models with a trash have two more.
_TRASH_VERBS = {
    "delete": "Move {} to the trash",
    "restore": "Restore {}",
    "purge": "Delete {} for good",
}
# Apps whose pages are under another app's heading.
_LIKE = {"account": "accounts", "mfa": "accounts", "schedules": "django_celery_beat"}
OTHER = "Other"
# Our nouns for models that Django names differently.
_NOUNS = {"auth.group": "staff roles"}
# Permissions that have no effect: people are deactivated, permissions are declared in code.
_NEVER = {
    "accounts.delete_user",
    "auth.add_permission",
    "auth.change_permission",
    "auth.delete_permission",
}


@dataclass(frozen=True)
class Right:
    """A permission in words."""

    code: str
    words: str
    job: str
    # True for the four permissions that Django creates for each model.
    is_stock: bool


@cache
def rights() -> dict[str, Right]:
    """Return every permission that a page, an action, or a shipped role uses, by its code.

    Sorted by job, and within a job by model, with view permissions first. Permissions of tables
    that no page shows (sessions, history) are left out, because they have no effect.
    """
    named = {code for role in shipped_roles().values() for code in role["permissions"]}
    order = {job: number for number, job in enumerate(jobs())}
    found = [
        (order[right.job], model.__name__, number, right)
        for model in apps.get_models()
        for number, right in enumerate(_of_model(model))
        if right.code not in _NEVER
        and (not right.is_stock or right.code in named or model in admin.site._registry)
    ]
    return {right.code: right for *_, right in sorted(found, key=lambda entry: entry[:3])}


def right(code: str) -> Right:
    """Return a permission in words, even one that no page uses."""
    return rights().get(code) or Right(code, code, OTHER, is_stock=False)


def permission_in_words(code: str) -> str:
    return right(code).words


def has_no_effect(code: str) -> bool:
    """Tell whether a permission allows nothing, even with a role that has it."""
    return code in _NEVER


def jobs() -> list[str]:
    return [title for title, _ in settings.NAVIGATION if title] + [OTHER]


def code_of(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def _of_model(model: type[Model]) -> list[Right]:
    opts = model._meta
    if opts.proxy or opts.auto_created or opts.swapped:
        return []
    job = _job_of(opts)
    noun = str(_NOUNS.get(opts.label_lower, opts.verbose_name_plural))
    verbs = VERBS | (_TRASH_VERBS if issubclass(model, SoftDeletableModel) else {})
    by_verb = [
        Right(
            f"{opts.app_label}.{verb}_{opts.model_name}",
            text.format(noun),
            job,
            is_stock=verb in VERBS,
        )
        for verb, text in verbs.items()
        if verb in opts.default_permissions
    ]
    own = [
        Right(f"{opts.app_label}.{codename}", _sentence(str(name)), job, is_stock=False)
        for codename, name in opts.permissions
    ]
    return [*by_verb, *own]


def _sentence(name: str) -> str:
    words = name.removeprefix("Can ")
    return words[:1].upper() + words[1:]


def _job_of(opts: Options) -> str:
    """Return the navigation's heading of the model's list, or the first one of its app."""
    by_app: dict[str, str] = {}
    for title, entries in settings.NAVIGATION:
        for entry in entries:
            label = entry.get("model", "")
            if title and label.lower() == opts.label_lower:
                return str(title)
            if label and title:
                by_app.setdefault(label.partition(".")[0], title)
    return by_app.get(_LIKE.get(opts.app_label, opts.app_label), OTHER)
