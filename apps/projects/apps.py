from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "apps.projects"
    label = "projects"

    def ready(self) -> None:
        # Registers the datasets, the reports, what needs a second person, and how records are told of.
        from apps.projects import approvals, reports, resources, timeline  # noqa: F401
