"""System checks: waffle settings that our models ignore, and names that nobody declared."""

from collections.abc import Sequence

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks

from apps.flags.asked_names import all_asked_names
from apps.flags.registry import declared_gates

_DECLARE = "Declare what is asked for in the code: its declaration says what holds without a row."
_BY_PERSON = (
    "A flag decides by person, never by cookie or query string. Name the people on its page."
)
_MIDDLEWARE = "waffle.middleware.WaffleMiddleware"
_UNREAD = {
    "WAFFLE_OVERRIDE": _BY_PERSON,
    **{f"WAFFLE_{kind}_DEFAULT": _DECLARE for kind in ("FLAG", "SWITCH", "SAMPLE")},
    **{f"WAFFLE_CREATE_MISSING_{kind}": _DECLARE for kind in ("FLAGS", "SWITCHES", "SAMPLES")},
    **{f"WAFFLE_LOG_MISSING_{kind}": _DECLARE for kind in ("FLAGS", "SWITCHES", "SAMPLES")},
}


@checks.register
def check_settings(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = [
        checks.Error(f"{name} has no effect: our flags do not read it.", hint=hint, id="flags.E001")
        for name, hint in _UNREAD.items()
        if getattr(settings, name, None)
    ]
    if _MIDDLEWARE in settings.MIDDLEWARE:
        found.append(
            checks.Error(
                f"MIDDLEWARE has {_MIDDLEWARE}, which sets cookies that our flags do not read.",
                hint=_BY_PERSON,
                id="flags.E002",
            )
        )
    return found


@checks.register
def check_names(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[checks.CheckMessage]:
    """Report each flag, switch, or sample that code or a template asks waffle for and no `gates.py` declares."""
    return [
        checks.Error(
            f"{asked.place} asks for the {asked.kind} “{asked.name}”, which no gates.py declares.",
            hint=_DECLARE,
            id="flags.E003",
        )
        for asked in all_asked_names()
        if asked.name not in declared_gates(asked.kind)
    ]
