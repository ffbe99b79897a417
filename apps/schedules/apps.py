from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "apps.schedules"
    label = "schedules"

    def ready(self) -> None:
        from apps.core.schedulable import set_recorder
        from apps.schedules import recorder

        set_recorder(recorder.run_recorded)
