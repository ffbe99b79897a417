from django.apps import AppConfig


class FlagsConfig(AppConfig):
    name = "apps.flags"
    label = "flags"

    def ready(self) -> None:
        from apps.core.gates import register_checker

        # What needs a second person, and how timelines speak of flags.
        from apps.flags import approvals, timeline  # noqa: F401
        from apps.flags.gates import flag_checker

        register_checker(flag_checker)
