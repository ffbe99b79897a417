"""Each port without its plug: the check names it, programs refuse to start, and asking opens nothing."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.port import Port, PortUnpluggedError, Registry
from apps.core.ports import (
    APPROVALS,
    ATTRIBUTION,
    AUTHORSHIP,
    GATES,
    PERSONAL_DATA,
    PORTS,
    SCOPE,
    SUDO,
    TASK_RUNS,
    TIMETABLES,
    require_plugged,
)
from apps.core.read_only import READ_ONLY, read_only
from apps.organizations.models import Organization
from apps.reports.services.timing import read_when
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.tasks import prune_task_runs
from tests.config.slim import run
from tests.config.test_entry import VARIABLES
from tests.factories.accounts import StaffFactory, UserFactory, sudo_client
from tests.factories.organizations import OrganizationFactory, TrashedOrganizationFactory
from tests.factories.schedules import TaskRunFactory
from tests.forms import opened

ADMIN = "admin:organizations_organization"
TRASH = "admin:organizations_trashedorganization"
PYTHON = Path(sys.executable)
# Starts a program as if one app had forgotten its plugs.
WITHOUT = "import sys, types; sys.modules['{module}'] = types.ModuleType('{module}'); {program}"


def root() -> Client:
    return sudo_client(is_superuser=True)


def purge() -> None:
    organization = TrashedOrganizationFactory()
    root().get(reverse(f"{TRASH}_purge", args=[organization.pk]))


def trash_many() -> None:
    organization = OrganizationFactory()
    root().post(
        reverse(f"{ADMIN}_changelist"),
        {"action": "move_to_trash", "index": "0", "_selected_action": [str(organization.pk)]},
    )


def list_people() -> None:
    UserFactory()
    blind = sudo_client(may=["accounts.view_user"])
    blind.get(reverse("admin:accounts_user_changelist"), {"q": "ada"})


def list_as_limited() -> None:
    limited = StaffFactory(may=["accounts.view_user"], is_limited=True)
    list(User.objects.for_staff(limited))


def open_importer() -> None:
    root().get(reverse("admin:transfers_importrun_new"))


def save_stale_form() -> None:
    client = root()
    organization = OrganizationFactory(name="Before")
    url = reverse(f"{ADMIN}_change", args=[organization.pk])
    page = opened(client, url)
    Organization.objects.filter(pk=organization.pk).update(name="Meanwhile")
    client.post(url, {**page, "name": "After"})


def save_form() -> None:
    client = root()
    url = reverse(f"{ADMIN}_change", args=[OrganizationFactory(name="Before").pk])
    client.post(url, {**opened(client, url), "name": "After"})


def run_task() -> None:
    run = TaskRunFactory(task_name=prune_task_runs.name)
    current_app.tasks[prune_task_runs.name].apply(headers={RUN_HEADER: run.pk}, throw=True)


ASKS: dict[Port[Any], Callable[[], None]] = {
    SUDO: purge,
    APPROVALS: trash_many,
    PERSONAL_DATA: list_people,
    SCOPE: list_as_limited,
    GATES: open_importer,
    READ_ONLY: read_only,
    ATTRIBUTION: save_form,
    AUTHORSHIP: save_stale_form,
    TASK_RUNS: run_task,
    TIMETABLES: lambda: read_when("daily at 07:00", "UTC"),
}


def name(port: Port[Any]) -> str:
    return port.name


@pytest.mark.parametrize("port", PORTS, ids=name)
@pytest.mark.django_db
def test_an_empty_port_refuses_and_changes_nothing(port: Port[Any]) -> None:
    with port.unplugged(), pytest.raises(PortUnpluggedError, match=f"the port “{port.name}”"):
        ASKS[port]()

    states = Organization.all_objects.values("name", "deleted_at").annotate(Count("pk"))
    assert not states.filter(name="After").exists()


@pytest.mark.parametrize("port", PORTS, ids=name)
def test_an_empty_port_is_an_error_of_the_check(port: Port[Any]) -> None:
    assert run_checks(tags=["ports"]) == []
    with port.unplugged():
        (error,) = run_checks(tags=["ports"])
        assert error.is_serious()
        assert f"the port “{port.name}”" in error.msg
        with pytest.raises(PortUnpluggedError, match=port.name):
            require_plugged()


SERVERS = [
    ("import config.wsgi", 3),
    ("import config.asgi", 3),
    ("import config.celery as c; c.app.loader.import_default_modules()", 1),
]
COMMAND = "sys.argv = ['manage.py', {!r}]; import manage; manage.main()"
FORGOTTEN = [
    ("apps.accounts.plugs", "sudo"),
    ("apps.audit.plugs", "attribution"),
    ("apps.organizations.plugs", "scope"),
    ("apps.flags.plugs", "gates"),
    ("apps.schedules.plugs", "task runs"),
]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("module", "port", "program", "code"),
    [
        *(("apps.flags.plugs", "gates", *server) for server in SERVERS),
        *((*forgotten, COMMAND.format("check"), 1) for forgotten in FORGOTTEN),
        ("apps.flags.plugs", "gates", COMMAND.format("verify_audit"), 2),
    ],
)
def test_no_program_starts_without_a_plug(module: str, port: str, program: str, code: int) -> None:
    started = WITHOUT.format(module=module, program=program)
    variables = {**VARIABLES, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    done = run(PYTHON, "-W", "ignore", "-c", started, **variables)

    assert done.returncode == code, done.stderr
    assert f"the port “{port}”" in done.stderr


def test_a_port_has_one_answer() -> None:
    port: Port[int] = Port("tide", "how high the water is")
    port.plug(1)
    port.plug(1)
    with pytest.raises(ImproperlyConfigured, match="already has"):
        port.plug(2)
    assert port.get() == 1


def test_a_registry_refuses_two_of_one_name() -> None:
    names: Registry[list[str]] = Registry("names", "for a test", key=lambda value: value[0])
    names.add(["a", "1"])
    with pytest.raises(ImproperlyConfigured, match="cannot add “a” to the names"):
        names.add(["a", "2"])


def test_show_ports_says_who_plugs_what_into_what(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("show_ports")
    lines = capsys.readouterr().out.splitlines()
    for port in PORTS:
        # The ports come first; a registry may have an entry of the same name.
        line = next(line for line in lines if line.startswith(f"  {port.name} "))
        assert line.endswith(port.plugged_by)
    assert any("bulk-import" in line and "apps.transfers.gates" in line for line in lines)

    with SUDO.unplugged():
        call_command("show_ports")
        assert "NOTHING IS PLUGGED IN" in capsys.readouterr().out
