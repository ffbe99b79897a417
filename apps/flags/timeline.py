"""Declares the timelines of flags, switches, and samples."""

from django.db.models import Model

from apps.accounts.people_scope import people_of
from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import timeline_includes, timeline_label, timeline_never_reverts
from apps.core.scope import unscoped
from apps.flags.models import Flag, Sample, Switch
from apps.organizations.organization_scope import organizations_of

for _model in (Flag, Switch, Sample):
    timeline_label(_model, "{name}")


def _declare_targets(through: type[Model], field: str, words: str, by: str = "flag") -> None:
    timeline_label(through, f"{words} {{{field}}}", page=by)
    timeline_includes(
        Flag,
        through,
        by=by,
        subject=f"{words} {{{field}}}",
        created=f"added {words} {{{field}}}",
        deleted=f"removed {words} {{{field}}}",
    )


unscoped(
    *(Flag, Switch, Sample),
    *(Flag.groups.through, Flag.denied_groups.through, Flag.prerequisites.through),
    because="names in the code",
)
timeline_scope(Flag.organizations.through, organization=organizations_of)
timeline_scope(Flag.users.through, user=people_of)
timeline_scope(Flag.denied_organizations.through, organization=organizations_of)
timeline_scope(Flag.denied_users.through, user=people_of)
_declare_targets(Flag.organizations.through, "organization", "the organization")
_declare_targets(Flag.groups.through, "group", "the role")
_declare_targets(Flag.users.through, "user", "the person")
_declare_targets(Flag.denied_organizations.through, "organization", "the denied organization")
_declare_targets(Flag.denied_groups.through, "group", "the denied role")
_declare_targets(Flag.denied_users.through, "user", "the denied person")
_declare_targets(Flag.prerequisites.through, "to_flag", "the prerequisite", by="from_flag")
timeline_never_reverts(Flag, Switch, Sample, because="a flag is turned, with a reason")
