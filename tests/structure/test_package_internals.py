"""What a package keeps to itself is reached through one module of ours, and its version is bounded."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement

ROOT = Path(settings.BASE_DIR)
INTERNALS = {
    "apps/accounts/signin/allauth_internals.py": (
        "django-allauth",
        re.compile(r"from allauth[\w.]*(\.internal\b| import .*\b_\w+|\.authentication import)"),
    ),
    "apps/core/admin/unfold_internals.py": (
        "django-unfold",
        re.compile(r"\._get_(base_actions|config|favicons|colors|list)\w*\("),
    ),
}


@pytest.mark.parametrize("module", INTERNALS)
def test_only_one_module_reaches_into_the_package(module: str) -> None:
    pattern = INTERNALS[module][1]
    reaching = {
        path.relative_to(ROOT).as_posix()
        for folder in ("apps", "config")
        for path in (ROOT / folder).rglob("*.py")
        if pattern.search(path.read_text())
    }
    assert reaching == {module}


@pytest.mark.parametrize("module", INTERNALS)
def test_the_next_version_of_the_package_is_not_taken_unseen(module: str) -> None:
    name = INTERNALS[module][0]
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    requirements = {Requirement(each).name: Requirement(each) for each in declared}

    operators = {specifier.operator for specifier in requirements[name].specifier}

    assert operators & {"==", "<"}
