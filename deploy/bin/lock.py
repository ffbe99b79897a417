"""Compile `requirements.txt` and `requirements-dev.txt` from `pyproject.toml`; `--check` compares.

The files hold pins and hashes for every platform and Python of the project, and no index address.
The check asks no index, so it does not fail because somebody released something: it compares the
fingerprint of the dependency lists in each file's head, and each declared requirement with its pin.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = {
    "requirements.txt": [],
    "requirements-dev.txt": ["--group", "dev", "-c", "requirements.txt"],
}
# Only the public index is asked, however this machine is configured.
FOREIGN = ("UV_", "PIP_")


def declared() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    return {
        "requirements.txt": runtime,
        "requirements-dev.txt": [*runtime, *project["dependency-groups"]["dev"]],
    }


def fingerprint(requirements: list[str]) -> str:
    """Return a fingerprint that comments, order and spacing do not change."""
    plain = sorted(requirement.replace(" ", "") for requirement in requirements)
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def write() -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)
    }
    for name, options in LOCKS.items():
        command = [
            sys.executable, "-m", "uv", "pip", "compile", "--no-config", "--quiet", "--universal",
            "--python-version", "3.12", "--generate-hashes", "--upgrade", "--no-header", *options,
            "pyproject.toml", "--output-file", name,
        ]  # fmt: skip
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        body = (ROOT / name).read_text()
        head = (
            "# Compiled from pyproject.toml by `make lock`; do not edit.\n"
            f"# Fingerprint of the dependency lists: {fingerprint(declared()[name])}\n"
        )
        (ROOT / name).write_text(head + body)


def problems() -> list[str]:
    # Only this look at the pins needs it.
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found = []
    for name, requirements in declared().items():
        text = (ROOT / name).read_text()
        if f"lists: {fingerprint(requirements)}\n" not in text:
            found.append(
                f"{name} is stale: pyproject.toml's dependencies changed. Run `make lock`."
            )
        if re.search(r"://|^--(?!hash)", re.sub(r"#.*", "", text), re.MULTILINE):
            found.append(f"{name} names an address or an option; it may hold pins and hashes only.")
        pins = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))
        pins = {canonicalize_name(package): version for package, version in pins.items()}
        for line in requirements:
            requirement = Requirement(line)
            pin = pins.get(canonicalize_name(requirement.name))
            if pin is None or not requirement.specifier.contains(pin, prereleases=True):
                found.append(f"{name} pins {requirement.name} {pin}, pyproject.toml wants {line}.")
        unhashed = re.findall(r"^([A-Za-z0-9._-]+)==[^\\\n]*$", text, re.MULTILINE)
        found += [f"{name} has no hash for {package}." for package in unhashed]
    return found


if __name__ == "__main__":
    if "--check" in sys.argv:
        for problem in (found := problems()):
            print(problem, file=sys.stderr)
        sys.exit(bool(found))
    write()
