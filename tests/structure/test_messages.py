"""Messages to the workers carry keys and nothing else: a queue keeps what was sent, also after a removal."""

import ast
import inspect
import re
from pathlib import Path
from uuid import UUID

import pytest
from celery import current_app
from django.conf import settings

from apps.core.schedulable import SCHEDULABLE_TASKS

APPS = Path(settings.BASE_DIR) / "apps"
TASK_NAME = re.compile(r"apps\.[a-z_.]+\.tasks\.[a-z_]+")
SENDERS = {"send_after_commit", "send_now", "delay", "apply_async", "send_task", "s", "si"}
# What sends on behalf of others; what they send is looked at where they are called.
ON_BEHALF = {
    "apps/core/sending.py": "sends what it is given",
    "apps/core/graceful_task.py": "sends a message again as it came",
    "apps/schedules/services/runs.py": "sends what a schedule was given by staff",
}


def tasks() -> list[str]:
    current_app.loader.import_default_modules()
    return sorted(name for name in current_app.tasks if name.startswith("apps."))


@pytest.mark.parametrize("name", tasks())
def test_a_task_that_code_sends_takes_keys(name: str) -> None:
    if name in SCHEDULABLE_TASKS:
        return
    parameters = inspect.signature(current_app.tasks[name].run).parameters.values()

    for parameter in parameters:
        assert parameter.name.endswith("_id"), f"{name} takes {parameter.name}"
        assert parameter.annotation in (int, str, UUID), name


def named_tasks() -> list[tuple[str, str]]:
    """Return the names of tasks that stand in the code as text, with their modules."""
    return [
        (str(path.relative_to(APPS.parent)), node.value)
        for path in sorted(APPS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and TASK_NAME.fullmatch(node.value)
    ]


def test_a_task_that_is_named_exists() -> None:
    """A module that its own tasks stand on sends them by name, and a misspelled one would never run."""
    known = set(tasks())
    found = named_tasks()
    assert len(found) >= 4
    assert [(source, name) for source, name in found if name not in known] == []


def calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(APPS.rglob("*.py")):
        source = str(path.relative_to(APPS.parent))
        if source in ON_BEHALF:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            called = (
                function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            )
            if called in SENDERS and (
                isinstance(function, ast.Name) or called in ("delay", "apply_async", "send_task")
            ):
                found.append((source, node))
    return found


def test_there_are_messages() -> None:
    assert len(calls()) >= 8


@pytest.mark.parametrize(
    ("source", "call"), calls(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_message_is_sent_with_keys(source: str, call: ast.Call) -> None:
    _, *arguments = call.args
    for argument in arguments:
        for each in argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]:
            text = ast.unparse(each)
            assert text.removesuffix(")").endswith(".pk"), f"{source}: {ast.unparse(call)}"
    assert {keyword.arg for keyword in call.keywords} <= {"swept_by", "queue", "expires"}, source
