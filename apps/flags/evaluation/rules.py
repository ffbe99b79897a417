"""The rules of a flag, in their order: the first that applies decides."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any, Protocol

from apps.flags.evaluation.snapshot import FlagState, Snapshot, Targets


class Asker(Protocol):
    """The person (or nobody, or the system) and the organization that a verdict is about."""

    @property
    def key(self) -> int | None:
        """The key of a person who is signed in, as a number."""

    @property
    def user(self) -> Any: ...

    @property
    def roles(self) -> Set[int]: ...

    @property
    def organizations(self) -> Set[int]:
        """Keys of organizations that are not in the trash."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`applies` may ask for the other flags of the snapshot. `is_used` says whether the flag has this rule at all."""

    key: str
    label: str
    answer: bool
    is_used: Callable[[FlagState], bool]
    applies: Callable[[FlagState, Asker, Snapshot], bool]


def _reaches_person(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return asker.key in flag.allowed.people


def _reaches_role(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return not flag.allowed.roles.isdisjoint(asker.roles)


def _reaches_organization(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return not flag.allowed.organizations.isdisjoint(asker.organizations)


def _is_denied(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    denied = flag.denied
    if asker.key in denied.people:
        return True
    if denied.roles and not denied.roles.isdisjoint(asker.roles):
        return True
    return bool(denied.organizations) and not denied.organizations.isdisjoint(asker.organizations)


def _is_in_percent(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    if flag.is_percent_by_organization:
        return any(flag.share_of(key) < flag.percent for key in asker.organizations)
    return asker.key is not None and flag.share_of(asker.key) < flag.percent


def _lacks_a_prerequisite(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return any(not is_on(name, asker, snapshot) for name in flag.prerequisites)


def _is_staff(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return asker.key is not None and bool(asker.user.is_staff)


def _is_superuser(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return asker.key is not None and bool(asker.user.is_superuser)


def _names_any(targets: Targets) -> bool:
    return bool(targets.people or targets.roles or targets.organizations)


def _always(flag: FlagState, asker: Asker, snapshot: Snapshot) -> bool:
    return True


RULES = (
    Rule("off", "Off for everyone", False, lambda flag: flag.everyone is False, _always),
    Rule(
        "prerequisite",
        "Another flag that must be on",
        False,
        lambda flag: bool(flag.prerequisites),
        _lacks_a_prerequisite,
    ),
    Rule(
        "denied",
        "Denied by person, role, or organization",
        False,
        lambda flag: _names_any(flag.denied),
        _is_denied,
    ),
    Rule("on", "On for everyone", True, lambda flag: flag.everyone is True, _always),
    Rule(
        "signed_in",
        "Everyone signed in",
        True,
        lambda flag: flag.authenticated,
        lambda flag, asker, snapshot: asker.key is not None,
    ),
    Rule("staff", "Staff", True, lambda flag: flag.staff, _is_staff),
    Rule("superuser", "Superusers", True, lambda flag: flag.superusers, _is_superuser),
    Rule("person", "Named person", True, lambda flag: bool(flag.allowed.people), _reaches_person),
    Rule("role", "Staff role", True, lambda flag: bool(flag.allowed.roles), _reaches_role),
    Rule(
        "organization",
        "Member of an organization",
        True,
        lambda flag: bool(flag.allowed.organizations),
        _reaches_organization,
    ),
    Rule("percent", "Percentage", True, lambda flag: bool(flag.percent), _is_in_percent),
    Rule("nothing", "No rule applies", False, lambda flag: True, _always),
)


def decide(flag: FlagState, asker: Asker, snapshot: Snapshot) -> Rule:
    """Return the rule that decides."""
    for rule in rules_of(flag):
        if rule.applies(flag, asker, snapshot):
            return rule
    raise AssertionError("The last rule applies to everyone.")


def rules_of(flag: FlagState) -> list[Rule]:
    """Return the rules that the flag has, in their order."""
    if not flag.rules:
        flag.rules[:] = [rule for rule in RULES if rule.is_used(flag)]
    return flag.rules


def is_on(name: str, asker: Asker, snapshot: Snapshot) -> bool:
    """Tell whether a flag of the snapshot is on. One that is not in it is off: it cannot open another."""
    flag = snapshot.flags.get(name)
    return flag is not None and decide(flag, asker, snapshot).answer
