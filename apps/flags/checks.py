"""A system check: reports waffle settings that our models ignore."""

from collections.abc import Sequence

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks

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
