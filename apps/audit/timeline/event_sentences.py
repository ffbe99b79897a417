"""Sentences for events."""

from apps.audit.kinds import EVENT_KINDS, Data
from apps.audit.models import Event
from apps.core.wording import listed


def of_event(event: Event) -> str:
    """Describe an event by its kind's sentence, or by the kind's label and the data."""
    data: Data = dict(event.data) if isinstance(event.data, dict) else {}
    # The record is already named before the sentence.
    data = {key: value for key, value in data.items() if value not in ("", None, [], {})}
    data = {key: value for key, value in data.items() if not _is_named(value, event.target_label)}
    kind = EVENT_KINDS.get(event.kind)
    if kind and kind.sentence and (sentence := kind.sentence(data)):
        return sentence
    message = str(event).lower()
    if what := data.pop("what", ""):
        message = f"{message}, {what}"
    parts = [*_changes(data), *(f"{_word(key)} {_plain(value)}" for key, value in data.items())]
    return f"{message}: {', '.join(parts)}" if parts else message


def _changes(data: Data) -> list[str]:
    """Return "field from before to after" for both shapes of event data."""
    changes = data.pop("changes", {})
    if "field" in data:
        changes = {data.pop("field"): [data.pop("before", None), data.pop("after", None)]}
    if not isinstance(changes, dict):
        return []
    return [
        f"{_word(field)} from {_plain(pair[0])} to {_plain(pair[1])}"
        for field, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2
    ]


def _is_named(value: object, label: str) -> bool:
    return isinstance(value, str) and bool(label) and label.startswith(value)


def _word(key: str) -> str:
    return str(key).replace("_", " ")


def _plain(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return listed([str(item) for item in value], most=3)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
