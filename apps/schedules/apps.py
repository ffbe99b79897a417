from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "apps.schedules"
    label = "schedules"

    def ready(self) -> None:
        # Connects a signal of Celery, and registers checks.
        from apps.schedules import checks, startup  # noqa: F401
