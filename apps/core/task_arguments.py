"""The arguments of a schedulable task, from its annotated signature.

    def export_all(dataset: Annotated[str, Argument("Dataset", choices=dataset_choices)]) -> str: ...

The form of a schedule is made from them, and every value is checked against them before a run. Values travel
as JSON, so they are texts, numbers, or yes and no; a `Literal` offers its values.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

_KINDS = {str: "a text", int: "a whole number", bool: "yes or no"}


@dataclass(frozen=True)
class Argument:
    """What people read about an argument, and what they may choose: pairs of a value and its words."""

    label: str
    help: str = ""
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None


@dataclass(frozen=True)
class Parameter:
    """One argument of a task. `kind` is `str`, `int`, or `bool`."""

    name: str
    kind: type
    about: Argument
    required: bool
    default: Any = None

    def choices(self) -> list[tuple[str, str]]:
        """Return what may be chosen; empty where any value of its kind may be given."""
        return list(self.about.choices()) if self.about.choices else []

    def problem(self, value: object) -> str:
        """Return why it does not take this value; nothing where it does."""
        if type(value) is not self.kind:
            return f"“{self.about.label}” must be {_KINDS[self.kind]}, not {value!r}."
        known = dict(self.choices())
        if known and value not in known:
            return f"“{self.about.label}” has no “{value}”. Known: {', '.join(sorted(known))}."
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
        about = Argument(about.label, about.help, lambda: [(value, value) for value in values])
        hint = type(values[0])
    if hint not in _KINDS or one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
        raise TypeError(
            f"{function.__qualname__}: no form can be made of “{one}”. Annotate it as str, int, bool, or Literal."
        )
    required = one.default is one.empty
    return Parameter(one.name, hint, about, required, None if required else one.default)
