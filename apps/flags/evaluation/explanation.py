"""Why a flag is on or off for a person: each rule in its order, and the one that decides."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.flags.evaluation.rules import Asker, decide, is_on, rules_of
from apps.flags.evaluation.snapshot import FlagState, Snapshot


@dataclass(frozen=True)
class Step:
    """One rule: whether it applies, and whether it decides. Rules after the one that decides are not asked."""

    key: str
    label: str
    answer: bool
    # None: not asked any more.
    applies: bool | None
    decides: bool
    details: str = ""


@dataclass(frozen=True)
class Explanation:
    """The verdict, and how it came about."""

    flag: str
    is_on: bool
    rule: str
    steps: tuple[Step, ...]

    @property
    def sentence(self) -> str:
        """“bulk-import is off: denied by person, role, or organization.”"""
        decisive = next((step for step in self.steps if step.decides), None)
        why = f": {decisive.label[:1].lower()}{decisive.label[1:]}" if decisive else ""
        return f"{self.flag} is {'on' if self.is_on else 'off'}{why}."


def explain(name: str, asker: Asker, snapshot: Snapshot, *, default: bool = False) -> Explanation:
    """Explain the verdict of a snapshot. A flag that is not in it answers `default`."""
    flag = snapshot.flags.get(name)
    if flag is None:
        label = "It is not in the database, and answers as declared in the code"
        step = Step("missing", label, default, True, True)
        return Explanation(name, default, "missing", (step,))
    decisive = decide(flag, asker, snapshot)
    return Explanation(
        name, decisive.answer, decisive.key, tuple(_steps(flag, asker, snapshot, decisive.key))
    )


def _steps(flag: FlagState, asker: Asker, snapshot: Snapshot, decisive: str) -> Iterator[Step]:
    is_decided = False
    for rule in rules_of(flag):
        decides = rule.key == decisive
        details = _details(rule.key, flag, asker, snapshot)
        applies = None if is_decided else decides
        yield Step(rule.key, rule.label, rule.answer, applies, decides, details)
        is_decided = is_decided or decides


def _details(key: str, flag: FlagState, asker: Asker, snapshot: Snapshot) -> str:
    if key == "prerequisite":
        return ", ".join(
            f"{name} is {'on' if is_on(name, asker, snapshot) else 'off'}"
            for name in flag.prerequisites
        )
    if key != "percent":
        return ""
    if flag.is_percent_by_organization:
        places = sorted(flag.share_of(key) for key in asker.organizations)
        what = "organization" if len(places) == 1 else "organizations"
    else:
        places = [flag.share_of(asker.key)] if asker.key else []
        what = "person"
    if not places:
        return "There is no organization to look at" if flag.is_percent_by_organization else ""
    listed = ", ".join(str(place) for place in places)
    return f"The {what} has place {listed} of 1,000; the percentage takes the places below {flag.percent}"
