from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "apps.projects"
    label = "projects"

    def ready(self) -> None:
        # Registers the datasets, and how the records are told of.
        from apps.projects import resources, timeline  # noqa: F401
