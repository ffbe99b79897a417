"""The arguments of a schedulable task, from its annotated signature.

    def export_all(dataset: Annotated[str, Argument("Dataset", choices=dataset_choices)]) -> str: ...

The form of a schedule is made from them, and every value is checked against them before a run. Values travel
as JSON, so they are texts, numbers, or yes and no; a `Literal` offers its values. The default of an argument is
held to the same rules as what people give.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from django.template.defaultfilters import truncatechars

_KINDS = {str: "a text", int: "a whole number", bool: "yes or no"}
LONGEST_TEXT = 300
# A number without bounds of its own: what JSON, every column, and every browser agree on.
LARGEST_NUMBER = 2_147_483_647


@dataclass(frozen=True)
class Argument:
    """What people read about an argument, and what they may give.

    `choices` returns pairs of a value and its words. `least` and `most` bound a number; both may be given.
    """

    label: str
    help: str = ""
    choices: Callable[[], Iterable[tuple[Any, str]]] | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Parameter:
    """One argument of a task. `kind` is `str`, `int`, or `bool`."""

    name: str
    kind: type
    about: Argument
    required: bool
    default: Any = None

    @property
    def least(self) -> int:
        return -LARGEST_NUMBER if self.about.least is None else self.about.least

    @property
    def most(self) -> int:
        return LARGEST_NUMBER if self.about.most is None else self.about.most

    @property
    def in_words(self) -> str:
        """Its label, with the bounds of a number that has both: "Days (7 to 3,650)"."""
        about = self.about
        if about.least is None or about.most is None:
            return about.label
        return f"{about.label} ({about.least:,} to {about.most:,})"

    def choices(self) -> list[tuple[Any, str]]:
        """Return what may be chosen; empty where any value of its kind may be given."""
        return list(self.about.choices()) if self.about.choices else []

    def problem(self, value: object) -> str:
        """Return why it does not take this value; nothing where it does."""
        label = self.about.label
        if type(value) is not self.kind:
            return f"“{label}” must be {_KINDS[self.kind]}, not {truncatechars(repr(value), 100)}."
        known = dict(self.choices())
        if known and value not in known:
            words = ", ".join(map(str, sorted(known)))
            return f"“{label}” has no “{truncatechars(str(value), 100)}”. Known: {words}."
        if isinstance(value, str):
            return self._problem_with_text(value)
        if type(value) is int and not self.least <= value <= self.most:
            return f"“{label}” must be between {self.least:,} and {self.most:,}, not {value:,}."
        return ""

    def _problem_with_text(self, text: str) -> str:
        if self.required and not text.strip():
            return f"“{self.about.label}” must not be empty."
        if len(text) > LONGEST_TEXT:
            return f"“{self.about.label}” must have at most {LONGEST_TEXT} characters, not {len(text):,}."
        return ""


def parameters_of(function: Callable[..., Any]) -> dict[str, Parameter]:
    """Return what a task's function takes, by name. Raises `TypeError` where no form can be made of it."""
    hints = get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters.values()
    return {one.name: _parameter(function, one, hints.get(one.name)) for one in found}


def by_name(
    parameters: dict[str, Parameter], args: Sequence[object], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return arguments by their names, those by position as well."""
    return {**dict(zip(parameters, args, strict=False)), **kwargs}


def problem_with_arguments(parameters: dict[str, Parameter], args: object, kwargs: object) -> str:
    """Return why a task that takes `parameters` cannot be called like this; nothing where it can."""
    if not isinstance(args, list | tuple) or not isinstance(kwargs, dict):
        return "The arguments must be a JSON list, such as [], and a JSON object, such as {}."
    takes = ", ".join(parameters) or "no arguments"
    if len(args) > len(parameters):
        return f"It takes {takes}, and not {len(args)} values."
    named = by_name(parameters, args, kwargs)
    if surplus := sorted(named.keys() - parameters.keys()):
        return f"It takes {takes}, and not {', '.join(surplus)}."
    if len(named) < len(args) + len(kwargs):
        return "It takes each argument once: by position or by name."
    for name, parameter in parameters.items():
        if name in named:
            if problem := parameter.problem(named[name]):
                return problem
        elif parameter.required:
            return f"It takes {takes}, and {name} is missing."
    return ""


def _parameter(function: Callable[..., Any], one: inspect.Parameter, hint: Any) -> Parameter:
    about = Argument(one.name.replace("_", " ").capitalize())
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        about = next((extra for extra in extras if isinstance(extra, Argument)), about)
    if get_origin(hint) is Literal:
        values = get_args(hint)
        about = replace(about, choices=lambda: [(value, str(value)) for value in values])
        hint = type(values[0]) if len(set(map(type, values))) == 1 else hint
    if hint not in _KINDS or one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
        raise TypeError(
            f"{function.__qualname__}: no form can be made of “{one}”. Annotate it as str, int, bool, or Literal."
        )
    required = one.default is one.empty
    parameter = Parameter(one.name, hint, about, required, None if required else one.default)
    if not required and (problem := parameter.problem(one.default)):
        raise TypeError(f"{function.__qualname__}: the default of “{one.name}”: {problem}")
    return parameter
