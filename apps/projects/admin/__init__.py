"""Registers the admin of projects, one module per model."""

from apps.projects.admin import project, task, trash

__all__ = ["project", "task", "trash"]
