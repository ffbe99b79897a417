from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "apps.projects"
    label = "projects"

    def ready(self) -> None:
        # Registers the datasets, the reports, and how the records are told of.
        from apps.projects import reports, resources, timeline  # noqa: F401
