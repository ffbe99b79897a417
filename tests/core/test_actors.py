"""One actor, one question: a user is asked for permissions; a name and None are the system."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from apps.accounts.services import user_create
from apps.audit.models import Event
from apps.core.actors import Actor, holds, require
from apps.core.errors import MissingPermission
from apps.flags.models import Flag
from apps.flags.services import flag_protect, flag_set, flags_ensure, sample_set, switch_set
from apps.organizations.services.organizations import organization_create
from apps.reports.services import report_make
from apps.schedules.services import schedule_run_now, schedule_set_enabled
from apps.transfers.services.exports import export_run_start
from apps.transfers.services.imports import import_run_start
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.flags import SampleFactory
from tests.factories.schedules import ScheduleFactory

APPS = Path(settings.BASE_DIR) / "apps"


def flip_flag(actor: Actor) -> Any:
    return flag_set(name="bulk-import", everyone=False, reason="Test", actor=actor)


def flip_switch(actor: Actor) -> Any:
    return switch_set(name="report-mails", active=False, reason="Test", actor=actor)


def set_sample(actor: Actor) -> Any:
    return sample_set(name=SampleFactory(percent=10).name, percent=20, reason="Test", actor=actor)  # type: ignore[arg-type]


def protect_flag(actor: Actor) -> Any:
    flag = Flag.objects.get(name="bulk-import")
    return flag_protect(toggle=flag, is_protected=True, reason="Test", actor=actor)


def run_schedule(actor: Actor) -> Any:
    return schedule_run_now(schedule=ScheduleFactory(), reason="Test", actor=actor)


def disable_schedule(actor: Actor) -> Any:
    schedule = ScheduleFactory(enabled=True)
    return schedule_set_enabled(schedule=schedule, enabled=False, reason="Test", actor=actor)


def make_report(actor: Actor) -> Any:
    return report_make(report="weekly", params={}, actor=actor)


def create_organization(actor: Actor) -> Any:
    return organization_create(name="Harbor", slug="harbor", owner=UserFactory(), actor=actor)


def create_user(actor: Actor) -> Any:
    return user_create(email="new@example.org", actor=actor)


def start_import(actor: Actor) -> Any:
    file = ContentFile(b"email,organization,role\na@example.org,harbor,member\n", name="a.csv")
    return import_run_start(dataset="members", file=file, actor=actor)


def start_export(actor: Actor) -> Any:
    return export_run_start(dataset="members", format="csv", actor=actor)


SERVICES: dict[Callable[[Actor], Any], str] = {
    flip_flag: "flags.flip_flag",
    flip_switch: "flags.flip_flag",
    set_sample: "flags.flip_flag",
    protect_flag: "flags.flip_flag",
    run_schedule: "schedules.run_task",
    disable_schedule: "django_celery_beat.change_periodictask",
    make_report: "reports.view_report",
    create_organization: "organizations.add_organization",
    create_user: "accounts.add_user",
    start_import: "transfers.import_data",
    start_export: "transfers.export_data",
}


@pytest.fixture
def gates(db: None) -> None:
    flags_ensure()


@pytest.mark.parametrize("actor", [None, "task x"], ids=str)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.usefixtures("gates")
def test_the_system_and_a_named_task_may(service: Callable[[Actor], Any], actor: Actor) -> None:
    assert service(actor)


@pytest.mark.usefixtures("gates")
def test_the_history_names_the_task() -> None:
    flip_flag("task x")
    change = Flag.history.filter(name="bulk-import").latest("history_id").change_set
    assert change.actor_label == "task x"
    assert Event.objects.filter(change_set=change, kind="flag_flip").exists()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.usefixtures("gates")
def test_a_user_without_the_permission_is_refused_by_its_name(
    service: Callable[[Actor], Any],
) -> None:
    with pytest.raises(MissingPermission) as refusal:
        service(StaffFactory())
    assert refusal.value.permission == SERVICES[service]


@pytest.mark.django_db
def test_what_is_no_actor_is_refused() -> None:
    for wrong in (42, object(), ["task x"]):
        with pytest.raises(TypeError, match="An actor is a user"):
            require(wrong, "flags.flip_flag")  # type: ignore[arg-type]
    assert holds(None, "flags.flip_flag")
    assert not holds(StaffFactory(), "flags.flip_flag")


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APPS.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(APPS)), ast.parse(path.read_text(encoding="utf-8"))


def is_a_page(path: str) -> bool:
    """Pages ask ModelAdmins too, which grant more than permissions say."""
    return "/admin/" in path or path.startswith("backoffice/") or path.endswith("middleware.py")


def test_services_ask_for_permissions_in_one_way() -> None:
    raised = [
        f"{path}:{node.lineno}"
        for path, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and "MissingPermission" in ast.unparse(node)
        and not is_a_page(path)
        and path != "core/actors.py"
    ]
    asked = [
        f"{path}:{node.lineno}"
        for path, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "has_perm"
        and ("services" in path or "/engine/" in path or path.endswith("/tasks.py"))
    ]
    assert (raised, asked) == ([], []), "Call require() or holds() of apps/core/actors.py."


def test_an_actor_has_a_type() -> None:
    untyped = [
        f"{path}:{function.name}"
        for path, tree in parsed()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.arg in ("actor", "real_actor")
        and argument.annotation is not None
        and ast.unparse(argument.annotation) == "Any"
    ]
    # The audit takes what any caller has, and turns it into a name.
    assert set(untyped) <= {"audit/context.py:actor_of", "audit/context.py:audit_context"}
