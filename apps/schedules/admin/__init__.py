from apps.schedules.admin import schedule, task_run, timing

__all__ = ["schedule", "task_run", "timing"]
