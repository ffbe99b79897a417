"""Make `.venv` and install the pinned, hashed requirements into it. Standard library only.

Usage: bootstrap.py run|dev. Does nothing when what is installed is what the requirements say, so
it may stand before every command. Two that start at once wait for each other.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "quarterdeck.json"
FILES = {"run": "requirements.txt", "dev": "requirements-dev.txt"}


def fail(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(1)


def say(sentence: str) -> None:
    print(f"* {sentence}", flush=True)


def quietly(command: list[str], **options: object) -> str | None:
    """Run a command; return None if it succeeded, otherwise the end of its output."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip()[-2000:]


def wanted(group: str) -> str:
    return hashlib.sha256((ROOT / FILES[group]).read_bytes()).hexdigest()


def fresh(group: str) -> bool:
    """Tell whether `.venv` works and has the packages that this group requires."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    # The development requirements contain the runtime's, see lock.py.
    enough = stamp.get(group) == wanted(group) or (
        group == "run" and stamp.get("dev") == wanted("dev")
    )
    return enough and quietly([str(PYTHON), "-I", "-c", ""]) is None


def refuse_foreign_clone() -> None:
    owner = ROOT.stat().st_uid
    writable = os.access(ROOT, os.W_OK) and (not VENV.exists() or os.access(VENV, os.W_OK))
    if not writable:
        # Only this sentence needs it.
        import pwd

        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = str(owner)
        fail(
            f"{ROOT} belongs to {name} and you may not write to it: "
            f"make a clone of your own, or run this as {name}."
        )


def make_venv(uv: str | None) -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"Making .venv with Python {version}")
    if (
        uv
        and quietly([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        is None
    ):
        return
    problem = quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if problem is None:
        return
    # Debian splits ensurepip off; a pip of the machine's own can fill the environment as well.
    bare = quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    if bare is None and quietly([sys.executable, "-m", "pip", "--version"]) is None:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    fail(
        f"{sys.executable} cannot make a virtual environment with pip in it: install its venv package "
        f"(Debian and Ubuntu: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv) "
        "or uv, and try again."
    )


def pip() -> list[str]:
    if quietly([str(PYTHON), "-m", "pip", "--version"]) is None:
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def pinned_uv() -> str | None:
    """Put the pinned uv into `.venv` with pip: it installs the rest ten times as fast."""
    mine = VENV / "bin" / "uv"
    block = re.search(r"^uv==.*?(?=^\S)", (ROOT / FILES["dev"]).read_text() + "\n#", re.M | re.S)
    if mine.exists() or not block:
        return str(mine) if mine.exists() else None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(re.sub(r"^\s*#.*$", "", block.group(), flags=re.M).rstrip().rstrip("\\") + "\n")
        file.flush()
        options = ["install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
        problem = quietly([*pip(), *options, "-r", file.name])
    return str(mine) if problem is None else None


def environment_for_uv() -> dict[str, str]:
    """Return the environment for uv, which does not read pip's configuration: it gets the index of
    the machine's pip.
    """
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV), UV_PYTHON_DOWNLOADS="never")
    # The machine's certificates, as pip uses them; the second name is that of older versions.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment.setdefault("UV_NATIVE_TLS", "1")
    if {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys():
        return environment
    index = environment.get("PIP_INDEX_URL", "")
    if not index:
        listed = subprocess.run(
            [*pip(), "config", "list"], capture_output=True, text=True, check=False
        ).stdout
        found = re.search(r"^(?:global|install|:env:)\.index-url='(.*)'$", listed, re.M)
        index = found.group(1) if found else ""
    if index:
        environment["UV_DEFAULT_INDEX"] = index
    if "SSL_CERT_FILE" not in environment and environment.get("PIP_CERT"):
        environment["SSL_CERT_FILE"] = environment["PIP_CERT"]
    return environment


def install(group: str, uv: str | None) -> None:
    file = ROOT / FILES[group]
    say(f"Installing {FILES[group]}")
    if uv:
        options = ["--quiet", "--require-hashes", "--compile-bytecode", "-r", str(file)]
        problem = quietly(
            [uv, "pip", "install", "--python", str(PYTHON), *options], env=environment_for_uv()
        )
        if problem is None:
            return
        say("uv could not install them; trying pip, which takes about a minute")
    problem = quietly([*pip(), "install", "--quiet", "--require-hashes", "-r", str(file)])
    if problem is not None:
        fail(
            f"{problem}\n{FILES[group]} could not be installed: the package index must be reachable "
            "(pip's own configuration, such as PIP_INDEX_URL, is honored)."
        )


def compile_our_own() -> None:
    """Compile the project's modules once: with PYTHONDONTWRITEBYTECODE, each process would do it again."""
    folders = [str(ROOT / name) for name in ("apps", "config", "deploy", "tests")]
    quietly([str(PYTHON), "-m", "compileall", "-q", *folders])


def main() -> None:
    group = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if group not in FILES:
        fail("usage: bootstrap.py run|dev")
    if fresh(group):
        return
    refuse_foreign_clone()
    handle = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    if fresh(group):
        return
    uv = shutil.which("uv")
    if (
        quietly([str(PYTHON), "-I", "-c", "import sys; sys.exit(sys.version_info < (3, 12))"])
        is not None
    ):
        make_venv(uv)
    install(group, uv or pinned_uv())
    compile_our_own()
    stamp = {group: wanted(group)}
    if group == "dev":
        stamp["run"] = wanted("run")
    STAMP.write_text(json.dumps(stamp))


if __name__ == "__main__":
    main()
