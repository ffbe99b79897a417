"""The preview of an action: readable for people, and complete enough that every change is noticed."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

# Further records are counted and checked, but not shown one by one.
SHOWN = 200


@dataclass
class Line:
    """One record: its name, its page, and what changes, as (name, before, after)."""

    label: str
    url: str = ""
    values: list[list[str]] = field(default_factory=list)


@dataclass
class PreviewPart:
    """All rows of one kind that the action affects: how many, and a digest of their contents."""

    name: str
    count: int
    digest: str


@dataclass
class ActionPreview:
    sentence: str
    lines: list[Line] = field(default_factory=list)
    total: int = 0
    consequences: list[str] = field(default_factory=list)
    parts: list[PreviewPart] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            sentence=data["sentence"],
            lines=[Line(**line) for line in data["lines"]],
            total=data["total"],
            consequences=list(data["consequences"]),
            parts=[PreviewPart(**part) for part in data["parts"]],
        )

    def fingerprint(self, kind: str, arguments: dict[str, Any]) -> str:
        whole = canonical([kind, arguments, self.to_json()])
        return hashlib.sha256(whole.encode()).hexdigest()


def canonical(data: object) -> str:
    """Return canonical JSON: the same data gives the same text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def differences(asked: ActionPreview, now: ActionPreview) -> list[str]:
    """Return in words what changed between two previews of one action."""
    found = []
    before, after = ({line.url or line.label: line for line in p.lines} for p in (asked, now))
    for key, line in before.items():
        if key not in after:
            found.append(f"“{line.label}” no longer exists")
        elif line != after[key]:
            found.append(f"“{line.label}” has changed{_values(line, after[key])}")
    found += [f"“{line.label}” was added" for key, line in after.items() if key not in before]
    parts = {part.name: part for part in now.parts}
    for part in asked.parts:
        other = parts.pop(part.name, PreviewPart(part.name, 0, ""))
        if other.count != part.count:
            found.append(
                f"{part.name}: {part.count:,} were requested, now there are {other.count:,}"
            )
        elif other.digest != part.digest and not any("has changed" in each for each in found):
            found.append(f"{part.name}: their values have changed")
    found += [f"{part.name}: now there are {part.count:,}" for part in parts.values() if part.count]
    if not found and asked.consequences != now.consequences:
        found = [each for each in now.consequences if each not in asked.consequences]
    return found or ["the requested change is no longer the same"]


def _values(before: Line, after: Line) -> str:
    now = {name: (old, new) for name, old, new in after.values}
    message = [
        f"{name} was “{old}” and is “{now[name][0]}”"
        for name, old, _ in before.values
        if name in now and now[name][0] != old
    ]
    return f": {'; '.join(message)}" if message else ""
