"""What a new model must declare, `manage.py check` asks for; until then the safe answer holds."""

import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import checks
from django.db import models
from django.test import RequestFactory
from django.test.utils import isolate_apps, override_settings

from apps.accounts import role_checks
from apps.accounts.reference import shipped_roles
from apps.accounts.role_checks import check_roles
from apps.audit import checks as audit_checks
from apps.audit.timeline import history_scope
from apps.audit.timeline.registry import never_reverted
from apps.core.admin.base import BaseAdmin
from apps.core.admin.checks.declarations import check_menu, check_scope
from apps.core.admin.inlines import BaseTabularInline
from apps.core.admin.scoped_admin import in_scope
from apps.core.checks.migrations import check_migrations
from apps.core.checks.trash import _unique_in_the_trash
from apps.core.discovery import full_site
from apps.core.models import BaseModel, SoftDeletableModel
from apps.core.ports import PORTS
from apps.core.scope import UNSCOPED, Unscoped
from apps.flags.models import Flag
from apps.organizations.models import Organization
from apps.organizations.organization_scope import organizations_of
from apps.projects.models import Project, Task
from apps.projects.querysets import ProjectQuerySet, TaskQuerySet
from tests.factories.accounts import StaffFactory, SuperuserFactory

NOTHING = '"id" IS NULL'


def page_of(model: Any, base: type = BaseAdmin) -> Any:
    return type("RoomAdmin", (base,), {})(model, admin.AdminSite())


def ids(found: Any) -> list[str]:
    return [each.id for each in found]


@isolate_apps("apps.core")
@pytest.mark.django_db
def test_a_model_that_says_nothing_shows_limited_users_nothing() -> None:
    class Room(BaseModel):
        class Meta:
            app_label = "core"

    assert ids(check_scope(page_of(Room))) == ["core.E030"]

    limited = StaffFactory(is_limited=True)
    for rows in (Room.objects.all(), models.QuerySet(Room)):
        assert NOTHING in str(in_scope(rows, limited).query)
        assert NOTHING not in str(in_scope(rows, SuperuserFactory()).query)

    with UNSCOPED.changed(Unscoped(Room, "there is one house")):
        assert ids(check_scope(page_of(Room))) == []
        assert NOTHING not in str(in_scope(Room.objects.all(), limited).query)


@isolate_apps("apps.core")
def test_what_is_unique_among_the_dead_is_named() -> None:
    class Room(SoftDeletableModel):
        name = models.CharField(max_length=10)
        code = models.CharField(max_length=10, unique=True)

        class Meta:
            app_label = "core"
            constraints = [
                models.UniqueConstraint(fields=["name"], name="room_name_unique"),
                models.UniqueConstraint(
                    fields=["name"], condition=models.Q(deleted_at=None), name="room_living"
                ),
            ]

    assert list(_unique_in_the_trash(Room)) == ["code", "room_name_unique"]


def test_a_timeline_says_what_can_be_reverted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "audit.E005" not in ids(audit_checks.check_history_pages(None))
    monkeypatch.delitem(never_reverted, Flag)
    (error,) = [e for e in audit_checks.check_history_pages(None) if e.id == "audit.E005"]
    assert error.msg.startswith("flags.Flag has a timeline")


def test_the_line_to_write_for_a_scope_follows_from_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ProjectQuerySet, "scoped_by", {})
    (error,) = [e for e in audit_checks.check_history_pages(None) if e.id == "audit.E004"]
    assert '`scoped_by = {"organization": organizations_of}`' in str(error.hint)
    assert "apps.organizations.organization_scope" in str(error.hint)


def test_a_scope_is_said_once() -> None:
    """What a list shows and what a history shows would differ as soon as one of two is changed."""
    twice = [
        model._meta.label
        for model in history_scope._declared
        if getattr(type(model._default_manager.all()), "scoped_by", None)
    ]
    assert not twice, f"Remove their timeline_scope(): {twice}"


def test_a_scope_that_a_history_cannot_follow_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TaskQuerySet, "scoped_by", {"project__organization": organizations_of})
    (error,) = [e for e in audit_checks.check_history_pages(None) if e.id == "audit.E007"]
    assert error.msg == (
        "projects.Task is scoped by “project__organization”, which its history does not have."
    )


def test_a_row_of_a_model_with_a_trash_is_not_deleted_in_a_form(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = SimpleNamespace(is_active=True, has_perm=lambda *_: True)  # type: ignore[assignment]
    tasks = type("Tasks", (BaseTabularInline,), {"model": Task})(Project, full_site())
    projects = type("Projects", (BaseTabularInline,), {"model": Project})(Organization, full_site())

    assert tasks.has_delete_permission(request)
    assert not projects.has_delete_permission(request)


def test_a_history_says_in_whose_scope_it_is() -> None:
    with UNSCOPED.changed(without=["flags.Switch"]):
        found = audit_checks.check_history_pages(None)
    assert [e.msg.split()[0] for e in found if e.id == "audit.E004"] == ["flags.Switch"]


def test_a_list_that_the_menu_does_not_lead_to_is_named() -> None:
    page: Any = full_site()._registry[Flag]
    assert list(check_menu(page)) == []

    with override_settings(NAVIGATION=[]):
        (error,) = check_menu(page)
        assert error.msg == "No entry of the menu leads to the list of flags.Flag."
        assert '{"title": "Flags", "icon": "…", "model": "flags.Flag"}' in str(error.hint)
        with patch.object(type(page), "not_in_menu", "The start page links to it.", create=True):
            assert list(check_menu(page)) == []


def test_a_module_of_an_admin_folder_is_found_without_a_list() -> None:
    """A page that is written and never imported would be missing without a word."""
    for config in apps.get_app_configs():
        folder = Path(config.path, "admin")
        if config.name.startswith("apps.") and folder.is_dir():
            full_site()
            missing = {
                f"{config.name}.admin.{path.stem}"
                for path in folder.glob("*.py")
                if path.stem != "__init__"
            } - sys.modules.keys()
            assert not missing


def test_a_page_that_no_shipped_role_opens_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_roles() == []
    roles = {
        name: {**role, "permissions": [*role["permissions"], "projects.view_tsk"]}
        for name, role in shipped_roles().items()
    }
    for role in roles.values():
        role["permissions"] = [code for code in role["permissions"] if code != "projects.view_task"]
    monkeypatch.setattr(role_checks, "shipped_roles", lambda: roles)

    unknown, unseen = check_roles()

    assert unknown.msg == (
        "roles.json gives the permission “projects.view_tsk”, which no model declares."
    )
    assert unseen.msg == (
        "No shipped role has the permission “projects.view_task”, so only administrators see tasks."
    )


def test_a_model_without_its_migration_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_migrations() == []
    monkeypatch.setattr(Task._meta.get_field("title"), "max_length", 7)

    (error,) = check_migrations()

    assert error.msg == (
        "The models of projects have changes that no migration makes, such as: Alter field title on "
        "task."
    )


def test_no_two_checks_have_the_same_id() -> None:
    """A developer searches for the id, or silences it in `SILENCED_SYSTEM_CHECKS`."""
    found = Counter(
        name
        for path in (Path(apps.get_app_config("core").path).parent).rglob("*.py")
        for name in re.findall(r'id="([a-z]+\.[EW]\d+)"', path.read_text(encoding="utf-8"))
    )
    assert found
    assert [name for name, times in found.items() if times > 1] == []


def test_manage_py_check_runs_all_of_them() -> None:
    assert PORTS
    with UNSCOPED.changed(without=["flags.Sample"]):
        found = ids(checks.run_checks(tags=[checks.Tags.admin, checks.Tags.models]))
    assert {"core.E030", "audit.E004"} <= set(found)
