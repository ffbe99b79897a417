from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "apps.schedules"
    label = "schedules"

    def ready(self) -> None:
        from apps.core.schedulable import set_recorder
        from apps.schedules import recorder, startup, timeline  # noqa: F401

        set_recorder(recorder.run_recorded)
