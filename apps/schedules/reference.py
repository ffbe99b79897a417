"""The schedules of the release, for the set-up."""

from apps.schedules.services import schedules_load


def load_schedules() -> str:
    created = schedules_load()
    return f"Schedules: {len(created)} created"
