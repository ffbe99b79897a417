from django.apps import AppConfig


class FlagsConfig(AppConfig):
    name = "apps.flags"
    label = "flags"

    def ready(self) -> None:
        from apps.core.gates import register_checker
        from apps.flags import timeline  # noqa: F401 - tells timelines how to speak of flags.
        from apps.flags.gates import flag_checker

        register_checker(flag_checker)
