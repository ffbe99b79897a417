"""The entry point: every program calls `enter()` before it reads Django's settings.

It chooses the settings, restricts file permissions to the process's user, and starts the embedded
database. No program that serves or works in the background guesses its settings: the demo's
settings would serve production without a second factor and over plain HTTP.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from config import env, private
from deploy.standalone.postgresql import ensure_running

LOCAL = "config.settings.local"
# The demo's, and those of the tests: no second factor, insecure cookies.
_NEVER_PRODUCTION = {LOCAL, "config.settings.test"}
# Modules that other settings include: `base` has the demo's key and requires no second factor.
_PARTS = {"config", "config.settings"} | {
    f"config.settings.{n}" for n in ("base", "browser", "flags")
}
_REFUSAL = (
    "DJANGO_SETTINGS_MODULE {}, and Quarterdeck does not guess its settings. Set it to "
    "config.settings.production for a production system (see deploy/production.md) or to "
    "config.settings.local for a demo. `make setup` and `make run` choose the demo."
)


def enter(*, default: str = "") -> None:
    """Settle settings, file permissions and database. `default`: the settings where none are named.

    Ends the process with a sentence on stderr: exit 2 where no settings are chosen, 1 where the
    embedded database cannot start.
    """
    choose_settings(default)
    private.keep_private(env.read().var_path)
    ensure_running()


@contextmanager
def exit_on_refusal() -> Iterator[None]:
    """Make a refusal end the web server: Gunicorn restarts a worker unless it exits with 3."""
    try:
        yield
    except SystemExit as refusal:
        if isinstance(refusal.code, str):
            print(refusal.code, file=sys.stderr)  # noqa: T201
        raise SystemExit(3) from None


def require_ports() -> None:
    """End a program with an empty port; call it once Django is set up."""
    # Settings are chosen before anything of the apps is loaded.
    from apps.core.port import PortUnpluggedError
    from apps.core.ports import require_plugged

    try:
        require_plugged()
    except PortUnpluggedError as error:
        raise SystemExit(f"Quarterdeck does not start. {error}") from None


def choose_settings(default: str = "") -> None:
    """Set `DJANGO_SETTINGS_MODULE` if the process's environment does not."""
    chosen = env.read().django_settings_module.strip() or default.strip()
    if problem := _problem_with(chosen):
        print(_REFUSAL.format(problem), file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    env.name_settings(chosen)


def _problem_with(chosen: str) -> str:
    """Return what is wrong with the chosen settings; nothing if the module exists."""
    if not chosen:
        return "is not set"
    if chosen in _PARTS:
        return f"is {chosen}, which is only a part of others"
    if not _exists(chosen):
        return f"is “{chosen}”, a module that doesn't exist"
    if chosen in _NEVER_PRODUCTION and env.has_all_of_production():
        return f"is {chosen}, which is never production, but every variable of production is set"
    return ""


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, TypeError, AttributeError):
        return False
