"""The verdicts on flags, switches, and samples."""

import random
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.flags.evaluation.askers import NO_FACTS, Known, Person, facts_of
from apps.flags.evaluation.counts import count
from apps.flags.evaluation.current import current
from apps.flags.evaluation.rules import decide
from apps.flags.registry import declared_gates


def flag_is_on(
    name: str, user: Any, *, organization: UUID | None = None, known: Known | None = None
) -> bool:
    """Tell whether a flag is on for `user`; None is the system. Without a row, its declaration answers."""
    snapshot = current()
    flag = snapshot.flags.get(name)
    if flag is None:
        return count("flag", name, without_row("flag", name))
    if known is None or organization is not None:
        asker = Person(user, known=known, organization=organization)
    else:
        asker = known.person(user)
    return count("flag", name, decide(flag, asker, snapshot).answer)


def switch_is_on(name: str) -> bool:
    active = current().switches.get(name)
    return count("switch", name, without_row("switch", name) if active is None else active)


def sample_is_on(name: str) -> bool:
    """Draw: true for the sample's percentage of the calls."""
    percent = current().samples.get(name)
    if percent is None:
        return count("sample", name, without_row("sample", name))
    # Nothing secret.
    return count("sample", name, random.random() * 100 < percent)  # noqa: S311


def without_row(kind: str, name: str) -> bool:
    """Return what holds while the row is missing: an operations gate is off, a release gate as declared."""
    declared = declared_gates(kind).get(name)
    return bool(declared and declared.without_row)


def verdicts(names: Iterable[str], users: Iterable[Any]) -> Mapping[str, Mapping[Any, bool]]:
    """Answer many flags for many users at once, by flag and user's key, with at most one statement."""
    names, people = list(names), list(users)
    snapshot = current()
    facts = facts_of(user.pk for user in people)
    askers = [Person(user, facts=facts.get(user.pk, NO_FACTS)) for user in people]
    found: dict[str, dict[Any, bool]] = {}
    for name in names:
        flag = snapshot.flags.get(name)
        if flag is None:
            answer = without_row("flag", name)
            found[name] = {user.pk: answer for user in people}
        else:
            found[name] = {asker.user.pk: decide(flag, asker, snapshot).answer for asker in askers}
        yes = sum(found[name].values())
        for answer, times in ((True, yes), (False, len(found[name]) - yes)):
            if times:
                count("flag", name, answer, times)
    return found
