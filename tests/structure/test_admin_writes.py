"""What an admin page changes, it changes by a service: no rule, lock, or write of its own.

A command, a task, or an approval that does the same calls the same service, and so cannot differ.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ManyToManyField

ROOT = Path(settings.BASE_DIR)
WRITES = {
    "save",
    "delete",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "select_for_update",
}
RELATION_WRITES = {"add", "remove", "set", "clear"}
# Methods whose one purpose is to take a row's lock before the page compares what was posted.
LOCKS = {
    ("apps/organizations/admin/membership.py", "lock_record"),
    ("apps/transfers/admin/wizard/file.py", "found"),
    ("apps/transfers/admin/wizard/columns.py", "columns"),
}


def admin_modules() -> list[Path]:
    """Return the modules of pages: every app's `admin/`, but for what core's own are made of."""
    found = [*ROOT.glob("apps/*/admin/**/*.py"), *ROOT.glob("apps/*/views/**/*.py")]
    return sorted(path for path in found if "core" not in path.parts)


def relations() -> set[str]:
    """Return the names by which code reaches many-to-many relations."""
    return {
        name
        for model in apps.get_models()
        for field in model._meta.get_fields(include_hidden=False)
        if field.many_to_many
        for name in [
            field.name if isinstance(field, ManyToManyField) else field.get_accessor_name()
        ]
        if name
    }


def calls(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Call, ast.Attribute]]:
    """Yield each call of a method with the function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield inner, node, node.func
        yield from calls(node, inner)


def is_write(call: ast.Call, method: ast.Attribute, relations: set[str]) -> bool:
    if method.attr in WRITES:
        return True
    if method.attr == "update":
        # A queryset's `update` takes keywords alone; a dictionary's takes a dictionary.
        return bool(call.keywords) and not call.args
    held = method.value
    return method.attr in RELATION_WRITES and (
        isinstance(held, ast.Attribute) and held.attr in relations
    )


def writes_of(path: Path, relations: set[str]) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    return [
        f"{name}:{call.lineno}, in {function}: {method.attr}()"
        for function, call, method in calls(ast.parse(path.read_text(encoding="utf-8")))
        if is_write(call, method, relations)
        if not (method.attr == "select_for_update" and (name, function) in LOCKS)
    ]


def test_pages_write_through_services() -> None:
    known = relations()

    found = [line for path in admin_modules() for line in writes_of(path, known)]

    assert {"permissions", "groups", "user_set"} <= known
    assert not found, "Write it as a service, and call that:\n" + "\n".join(found)


def test_services_ask_for_a_permission_in_one_way() -> None:
    """`require(actor, …)` knows the system, names what is missing, and raises the one exception."""
    services = [
        *ROOT.glob("apps/*/services/*.py"),
        *ROOT.glob("apps/*/**/services.py"),
        *ROOT.glob("apps/*/*_services.py"),
    ]

    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}, in {function}"
        for path in sorted(set(services))
        for function, call, method in calls(ast.parse(path.read_text(encoding="utf-8")))
        if method.attr in {"has_perm", "has_perms"}
    ]

    assert len(services) > 15
    assert not found, "Call `require` of apps/core/actors.py:\n" + "\n".join(found)
