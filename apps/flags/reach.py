"""The reach of a change of a flag: how many people and organizations before and after, and who gains or loses it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.personal import readable
from apps.core.wording import listed
from apps.flags.evaluation.askers import NO_FACTS, Person, facts_of
from apps.flags.evaluation.current import current
from apps.flags.evaluation.rules import decide
from apps.flags.evaluation.snapshot import FlagState, Snapshot

# More people than this are not asked one by one.
EXACT_PEOPLE = 100_000
# Instead, this many are drawn, and the numbers are scaled.
DRAWN_PEOPLE = 10_000
NAMED = 10
_CHUNK = 5_000


@dataclass
class Count:
    """What one state of a flag reaches."""

    people: int = 0
    organizations: set[Any] = field(default_factory=set)


@dataclass
class Change:
    """A flag before and after. The samples hold the keys of some who gain or lose it."""

    flag: str
    before: Count = field(default_factory=Count)
    after: Count = field(default_factory=Count)
    gained: int = 0
    lost: int = 0
    gains: list[Any] = field(default_factory=list)
    loses: list[Any] = field(default_factory=list)
    # How many people each person who was asked stands for.
    scale: float = 1.0

    @property
    def sentences(self) -> Iterator[str]:
        """“bulk-import: on for 1,204 people in 3 organizations now, 0 people after.”"""
        about = "about " if self.scale > 1 else ""
        yield f"{self.flag}: on for {about}{self._reached(self.before)} now, {self._reached(self.after)} after."
        for verb, number, keys in (
            ("gain", self.gained, self.gains),
            ("lose", self.lost, self.loses),
        ):
            if number:
                yield self._named(verb, number, keys)

    def _reached(self, count: Count) -> str:
        text = _people(self._scaled(count.people))
        organizations = len(count.organizations)
        if not organizations:
            return text
        return f"{text} in {organizations:,} organization{'' if organizations == 1 else 's'}"

    def _named(self, verb: str, number: int, keys: list[Any]) -> str:
        names = [readable(str(user)) for user in User.objects.filter(pk__in=keys).order_by("email")]
        scaled = self._scaled(number)
        more = scaled - len(names)
        if more > 0:
            names.append(f"{more:,} more")
        verb = f"{verb}s" if scaled == 1 else verb
        return f"{_people(scaled)} {verb} it: {listed(names)}."

    def _scaled(self, number: int) -> int:
        return round(number * self.scale)


def change_of(before: FlagState, after: FlagState) -> Change:
    """Compare what two states of a flag reach among the people who can sign in."""
    change = Change(before.name)
    people = User.objects.filter(is_active=True)
    total = people.count()
    if total > EXACT_PEOPLE:
        change.scale = total / DRAWN_PEOPLE
        people = people.order_by("?")[:DRAWN_PEOPLE]
    snapshot = current()
    others = dict(snapshot.flags)
    then = replace(snapshot, flags={**others, after.name: after})
    for asker in _askers(people):
        _count(change, asker, before, snapshot, after, then)
    return change


def _count(
    change: Change,
    asker: Person,
    before: FlagState,
    now: Snapshot,
    after: FlagState,
    then: Snapshot,
) -> None:
    was, will = decide(before, asker, now).answer, decide(after, asker, then).answer
    for is_reached, count in ((was, change.before), (will, change.after)):
        if is_reached:
            count.people += 1
            count.organizations |= asker.organizations
    if was == will:
        return
    change.gained, change.lost = change.gained + will, change.lost + was
    named = change.gains if will else change.loses
    if len(named) < NAMED:
        named.append(asker.user.pk)


def _askers(people: QuerySet[User]) -> Iterator[Person]:
    rows = list(people.values_list("pk", "is_staff", "is_superuser"))
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        facts = facts_of(key for key, *_ in chunk)
        for key, is_staff, is_superuser in chunk:
            user = SimpleNamespace(
                pk=key, is_authenticated=True, is_staff=is_staff, is_superuser=is_superuser
            )
            yield Person(user, facts=facts.get(key, NO_FACTS))


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"
