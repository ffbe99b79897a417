"""`make audit-dependencies`: ask the public advisories about every pinned package.

Not part of `make check`: somebody else's news must not fail it, and not every network lets one ask.
Exit 0: no known vulnerability. 1: some. 2: the advisories could not be reached.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = ["requirements.txt", "requirements-dev.txt"]


def main() -> int:
    return max(audit(name) for name in FILES)


def audit(name: str) -> int:
    """Print the known vulnerabilities of one file's pins; return its exit code."""
    # The files hold every pin with its hash, so nothing is resolved or installed.
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "15"]
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", "-r", str(ROOT / name), "-f", "json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    # An index that knows the packages and no advisories has each of them skipped: that is no "clean".
    known = [package for package in packages if "skip_reason" not in package]
    holes = [(package, hole) for package in known for hole in package["vulns"]]
    for package, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{name}: {package['name']} {package['version']} has {hole['id']}, fixed in {fixed}.")
    if holes:
        return 1
    if not known:
        print(
            f"{name}: the advisories cannot be reached from here, so its packages could not be checked. "
            "Run this where https://pypi.org can be reached."
        )
        return 2
    if len(known) < len(packages):
        missing = len(packages) - len(known)
        print(
            f"{name}: {missing} of {len(packages)} packages could not be checked. The others have no known vulnerability."
        )
        return 2
    print(f"{name}: no known vulnerability in {len(known)} packages.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
