"""How flags, switches and samples are told of in timelines."""

from typing import Any

from apps.audit.timeline.registry import timeline_includes, timeline_label
from apps.flags.models import Flag, Sample, Switch

for _model in (Flag, Switch, Sample):
    timeline_label(_model, "{name}")


def _tell_targets(through: Any, field: str, words: str) -> None:
    timeline_label(through, f"{words} {{{field}}}", page="flag")
    timeline_includes(
        Flag,
        through,
        by="flag",
        subject=f"{words} {{{field}}}",
        created=f"added {words} {{{field}}}",
        deleted=f"removed {words} {{{field}}}",
    )


_tell_targets(Flag.organizations.through, "organization", "the organization")
_tell_targets(Flag.groups.through, "group", "the role")
_tell_targets(Flag.users.through, "user", "the person")
