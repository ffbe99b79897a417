"""The flags of the release, for the set-up."""

from apps.flags.services import flags_ensure


def load_flags() -> str:
    created = flags_ensure()
    return f"Flags: {len(created)} created"
