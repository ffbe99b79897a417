"""The ways in that every app has."""

from apps.audit.origins import ChangeSource

FORM = ChangeSource("form", "Form", icon="edit_note")
API = ChangeSource("api", "API", icon="api")
TASK = ChangeSource("task", "Task", icon="schedule")
COMMAND = ChangeSource("command", "Command", icon="terminal")
DATABASE = ChangeSource("database", "Database, by hand", icon="database")
