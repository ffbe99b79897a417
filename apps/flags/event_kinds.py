"""What happens to flags."""

from apps.audit.kinds import EventKind

FLAG_FLIP = EventKind("flag_flip", "Turned a flag", icon="toggle_on")
