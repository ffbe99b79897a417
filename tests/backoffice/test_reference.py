"""The reference data of a release: roles from the file, whatever stood there before."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from apps.accounts import reference
from apps.accounts.models import User
from apps.accounts.reference import load_roles, shipped_roles
from apps.core.errors import DomainError
from tests.factories.accounts import RoleFactory, permission

pytestmark = pytest.mark.django_db


def load() -> str:
    output = StringIO()
    call_command("load_reference", stdout=output)
    return output.getvalue()


def roles_in(path: Path, roles: object) -> Path:
    path = path / "roles.json"
    path.write_text(roles if isinstance(roles, str) else json.dumps(roles), encoding="utf-8")
    return path


def test_the_six_roles_are_there_with_what_each_comes_for() -> None:
    load()

    assert set(shipped_roles()) <= set(Group.objects.values_list("name", flat=True))
    administrator = Group.objects.get(name="Administrator")
    assert administrator.permissions.count() == Permission.objects.count()
    support = Group.objects.get(name="Support").permissions.values_list("codename", flat=True)
    assert {"view_user", "change_membership", "view_personal_data"} <= set(support)
    assert not {"purge_organization", "set_roles", "delete_organization"} & set(support)
    auditor = Group.objects.get(name="Auditor").permissions.values_list("codename", flat=True)
    assert not [code for code in auditor if code.split("_")[0] in {"add", "change", "delete"}]


def test_a_second_time_nothing_changes() -> None:
    load()
    before = list(Group.permissions.through.objects.order_by("pk").values_list())

    assert "6 roles, 0 changed" in load()

    assert list(Group.permissions.through.objects.order_by("pk").values_list()) == before


def test_the_file_is_the_truth_for_a_shipped_role_and_says_nothing_of_others() -> None:
    load()
    own = RoleFactory(name="Night shift", gives=["projects.purge_project"])
    analyst = Group.objects.get(name="Analyst")
    analyst.permissions.add(permission("accounts.set_roles"))
    analyst.permissions.remove(permission("projects.view_task"))

    load()

    held = set(analyst.permissions.values_list("codename", flat=True))
    assert "set_roles" not in held
    assert "view_task" in held
    assert own.permissions.get() == permission("projects.purge_project")


def test_an_unknown_permission_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    path = roles_in(
        tmp_path,
        {
            "Good": {"description": "", "permissions": ["projects.view_task"]},
            "Bad": {"description": "", "permissions": ["projects.fly"]},
        },
    )

    with pytest.raises(DomainError, match=r"The role Bad .* does not exist: projects\.fly\."):
        load_roles(path)

    assert not Group.objects.filter(name__in=["Good", "Bad"]).exists()


@pytest.mark.parametrize("content", ["", "[]", '{"A": {}}', '{"A": {"permissions": "x"}}', "{"])
def test_a_file_that_is_no_list_of_roles_is_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(DomainError, match=r"roles\.json cannot be read"):
        load_roles(roles_in(tmp_path, content))


def test_the_command_ends_with_two_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = roles_in(tmp_path, {"Bad": {"description": "", "permissions": ["projects.fly"]}})
    monkeypatch.setattr(reference, "roles_file", lambda: path)

    with pytest.raises(CommandError, match=r"projects\.fly") as refusal:
        load()

    assert refusal.value.returncode == 2
    assert not User.objects.exists()
